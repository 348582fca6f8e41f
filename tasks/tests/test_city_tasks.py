"""A task of the city exists for those below: seen, marked and verified by each for its own people."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from flags.models import FlagEntry
from members.models import Member, User
from notices.models import Notice
from tasks.models import Claim, Task
from tasks.presence.marking import mark_presence
from tasks.rules import UnknownClaim
from tasks.tests.desk import at_desk, ended_task, hold
from tasks.tests.offers import make_offer
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.rules import NothingDecided
from tasks.verifying.verifying import Decision, verify
from xianfeng.testing.cast import Cast, make_member

PRESENT = Claim.Presence.PRESENT


@pytest.fixture
def task(cast: Cast) -> Task:
    """A city task that is over: 李建国 and 王秀英 of 青锋社区, 赵伟 of 江新社区."""
    return ended_task(
        cast, cast.li, cast.wang, cast.zhao, publisher=cast.city, audience=[cast.city], title="全市行动"
    )


def claim_of(task: Task, member: Member) -> Claim:
    return task.claims.get(member=member)


def was_there(task: Task, member: Member, by: User) -> None:
    mark_presence(task, {claim_of(task, member).pk: PRESENT}, by=by)


def lit(task: Task, member: Member, by: User) -> None:
    was_there(task, member, by)
    verify(task, [Decision(claim_of(task, member).pk, "good", 120, 1)], by=by)


def sees(user: User, task: Task) -> bool:
    return Task.objects.visible_to(user).filter(pk=task.pk).exists()


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        ("city", {"street_officer", "secretary", "auditor", "estate_clerk", "other_secretary"}),
        ("street", {"street_officer", "secretary", "auditor", "estate_clerk", "other_secretary"}),
        ("community", {"street_officer", "secretary", "auditor", "estate_clerk"}),
        ("other_community", {"street_officer", "other_secretary"}),
        ("unit", set()),
    ],
)
def test_those_it_reaches_see_it(cast: Cast, audience: str, seen_by: set[str]) -> None:
    task = make_offer(cast, publisher=cast.city, audience=[getattr(cast, audience)])
    below = {"street_officer", "secretary", "auditor", "estate_clerk", "other_secretary"}
    assert {name for name in below if sees(getattr(cast, name), task)} == seen_by
    page = at_desk(cast.secretary).get(reverse("tasks:detail", args=[task.pk]))
    assert page.status_code == (200 if "secretary" in seen_by else 404)
    assert (reverse("tasks:edit", args=[task.pk]) in page.content.decode()) is False


def test_a_unit_s_task_is_seen_where_its_people_live_once_they_are_on_it(cast: Cast) -> None:
    task = make_offer(cast, publisher=cast.city, audience=[cast.unit])
    hold(task, cast.zhao)
    assert sees(cast.other_secretary, task) and not sees(cast.secretary, task)


def test_drafts_and_dropped_drafts_stay_with_the_city(cast: Cast) -> None:
    for state in (Task.State.DRAFT, Task.State.CANCELLED):
        assert not sees(
            cast.secretary, make_offer(cast, publisher=cast.city, audience=[cast.city], state=state)
        )


def test_a_community_sees_and_decides_on_its_own_people_only(cast: Cast, task: Task) -> None:
    assert set(Claim.objects.visible_to(cast.clerk)) == {claim_of(task, cast.li), claim_of(task, cast.wang)}
    assert set(Claim.objects.visible_to(cast.estate_clerk)) == {claim_of(task, cast.li)}
    page = at_desk(cast.clerk).get(reverse("tasks:detail", args=[task.pk])).content.decode()
    assert "李建国" in page and "赵伟" not in page
    was_there(task, cast.zhao, cast.clerk)
    assert claim_of(task, cast.zhao).presence == ""
    with pytest.raises(UnknownClaim):
        verify(task, [Decision(claim_of(task, cast.zhao).pk, "denied", note="不是本社区的")], by=cast.clerk)


def test_an_estate_marks_its_own_people_and_decides_on_nobody(cast: Cast, task: Task) -> None:
    was_there(task, cast.li, cast.estate_clerk)
    was_there(task, cast.wang, cast.estate_clerk)
    assert (claim_of(task, cast.li).presence, claim_of(task, cast.wang).presence) == ("present", "")
    with pytest.raises(PermissionDenied):
        verify(task, [Decision(claim_of(task, cast.li).pk, "good", 120, 1)], by=cast.estate_clerk)


def test_the_verifying_community_awards_and_the_last_one_settles(cast: Cast, task: Task) -> None:
    lit(task, cast.li, cast.clerk)
    lit(task, cast.zhao, cast.other_secretary)
    task.refresh_from_db()
    assert task.is_published
    lit(task, cast.wang, cast.city_officer)
    task.refresh_from_db()
    assert task.state == "settled"
    awarded = {line.member: line.organization for line in FlagEntry.objects.select_related("organization")}
    assert awarded == {cast.li: cast.community, cast.zhao: cast.other_community, cast.wang: cast.city}
    assert "青锋社区认定" in Notice.objects.get(kind="flag_lit", recipient=cast.li.user).body


def test_who_awarded_takes_back_and_the_city(cast: Cast, task: Task) -> None:
    for member, by in ((cast.li, cast.clerk), (cast.wang, cast.city_officer)):
        lit(task, member, by)
    mine, citys = (claim_of(task, member).verifications.get() for member in (cast.li, cast.wang))
    for by, one in ((cast.other_secretary, mine), (cast.clerk, citys), (cast.estate_clerk, mine)):
        with pytest.raises(PermissionDenied):
            reverse_verification(one, reason="弄错了", by=by)
    page = at_desk(cast.secretary).get(reverse("tasks:detail", args=[task.pk])).content.decode()
    assert reverse("tasks:reverse", args=[mine.pk]) in page
    assert reverse("tasks:reverse", args=[citys.pk]) not in page
    reverse_verification(mine, reason="弄错了", by=cast.secretary)
    reverse_verification(citys, reason="弄错了", by=cast.city_officer)
    assert sum(FlagEntry.objects.values_list("delta", flat=True)) == 0


def test_a_community_with_nobody_on_it_closes_nothing(cast: Cast) -> None:
    task = ended_task(cast, publisher=cast.city, audience=[cast.city])
    with pytest.raises(NothingDecided):
        verify(task, [], by=cast.clerk)
    screen = at_desk(cast.clerk).get(reverse("tasks:verify", args=[task.pk]))
    assert "结束任务" not in screen.content.decode()


def test_the_city_sees_who_has_not_and_the_rows_behind(cast: Cast, task: Task) -> None:
    hold(task, make_member("吴迁", "13800000077", cast.unit))
    lit(task, cast.zhao, cast.other_secretary)
    was_there(task, cast.li, cast.clerk)
    client, url = at_desk(cast.city_officer), reverse("tasks:detail", args=[task.pk])
    shares = client.get(url).context["shares"]
    assert [(one.name, [count for _name, count in one.figures]) for one in shares] == [
        ("青锋社区", [2, 1, 0, 2]), ("没有社区的党员", [1, 0, 0, 1]), ("江新社区", [1, 1, 1, 0]),
    ]  # fmt: skip
    for share in shares:
        for name, count in share.figures:
            rows = client.get(url, {"community": share.key, "of": name}).context["page"].object_list
            assert len(rows) == count
    narrow = client.get(reverse("tasks:verify", args=[task.pk]), {"community": cast.community.pk})
    assert len(narrow.context["rows"]) == 2
    assert [one.name for one in at_desk(cast.street_officer).get(url).context["shares"]] == [
        "青锋社区",
        "江新社区",
    ]
    assert at_desk(cast.clerk).get(url).context["shares"] == []


def test_from_above_everybody_is_marked_at_once_only_within_a_community(cast: Cast, task: Task) -> None:
    url, everybody = reverse("tasks:verify", args=[task.pk]), "全部到场"

    def filled(user: User, **asked: object) -> list[bool]:
        page = at_desk(user).get(url, {"fill": "good", **asked})
        assert (everybody in page.content.decode()) == page.context["may_fill"]
        return [row.initial["presence"] == PRESENT for _claim, row in page.context["rows"]]

    assert filled(cast.city_officer) == [False, False, False]
    assert filled(cast.city_officer, community=cast.community.pk) == [True, True]
    assert filled(cast.other_secretary) == [True]


def test_the_backlog_holds_what_the_community_has_to_do(cast: Cast, task: Task) -> None:
    def backlog(user: User) -> list[tuple[str, int, bool]]:
        lines = at_desk(user).get(reverse("tasks:to_verify")).context["lines"]
        return [(str(line["awards"]), line["open_claims"], line["is_mine"]) for line in lines]

    assert backlog(cast.clerk) == [("青锋社区", 2, True)]
    assert backlog(cast.other_secretary) == [("江新社区", 1, True)]
    lit(task, cast.zhao, cast.other_secretary)
    assert backlog(cast.other_secretary) == []
    assert backlog(cast.city_officer) == [("明州市委组织部", 2, True)]
