"""A leader claims for named members: each is checked like anyone, and each says yes or no."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Team
from members.teams.tests.teams import make_team
from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.claiming.waiting import sweeping, waiting
from tasks.claiming.waiting.tests.lines import check_books, place_of, state_of
from tasks.models import Claim, Task
from tasks.teams.claiming import claim_for
from tasks.teams.rules import Outcome
from tasks.teams.work import done_by
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from tasks.verifying.verifying import Decision, record
from wishes.models import Wish
from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast, make_member


@pytest.fixture
def zhou(cast: Cast) -> Member:
    """One more of the community, with an account."""
    return make_member("周平", "13900000055", cast.unit, cast.estate)


@pytest.fixture
def team(cast: Cast, zhou: Member) -> Team:
    """李建国 leads 王秀英 and 周平."""
    return make_team(cast, cast.wang, zhou)


def claim(
    task: Task, team: Team, *members: Member, all_or_none: bool = True, by: Member | None = None,
    now: dt.datetime | None = None,
) -> list[Outcome]:  # fmt: skip
    leader = by or Member.objects.get(name="李建国")
    return claim_for(
        task.pk, team, [one.pk for one in members], all_or_none=all_or_none, by=user_of(leader), now=now
    )


def test_each_named_member_has_a_place_kept_and_the_leader_their_own(
    cast: Cast, team: Team, zhou: Member
) -> None:
    task = make_offer(cast, capacity=3)
    outcomes = claim(task, team, cast.li, cast.wang, zhou)
    assert [one.why for one in outcomes] == ["", "", ""]
    assert [state_of(task, one) for one in (cast.li, cast.wang, zhou)] == ["claimed", "offered", "offered"]
    assert set(task.claims.values_list("team", flat=True)) == {team.pk}
    told = Notice.objects.filter(kind="team_claim").values_list("recipient__member__name", flat=True)
    assert set(told) == {"王秀英", "周平"}
    check_books(task)


def test_each_says_yes_or_no_for_themself(cast: Cast, team: Team, zhou: Member) -> None:
    task = make_offer(cast, capacity=3)
    claim(task, team, cast.wang, zhou)
    waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang))
    waiting.decline(place_of(task, zhou), by=user_of(zhou))
    assert (state_of(task, cast.wang), state_of(task, zhou)) == ("claimed", "declined")
    check_books(task)
    assert task.places_taken == 1


def test_silence_gives_the_place_back(cast: Cast, team: Team) -> None:
    task = make_offer(cast, capacity=1, starts_in=9 * DAY)
    claim(task, team, cast.wang)
    until = place_of(task, cast.wang).offered_until
    assert until
    sweeping.sweep(until)
    check_books(task)
    assert (state_of(task, cast.wang), task.places_taken) == ("expired", 0)


def test_all_or_nobody_names_each_who_cannot(cast: Cast, team: Team, zhou: Member) -> None:
    take(make_offer(cast, title="私事", starts_in=3 * DAY + HOUR), cast.wang)
    task = make_offer(cast, capacity=5)
    with pytest.raises(Refusal) as refusal:
        claim(task, team, cast.wang, zhou)
    assert refusal.value.code == "some_refused"
    assert "王秀英：这段时间已有别的任务" in refusal.value.message and "周平" not in refusal.value.message
    assert "私事" not in refusal.value.message  # where else somebody serves is not the leader's business
    assert not task.claims.exists()
    check_books(task)


def test_or_as_many_as_can(cast: Cast, team: Team, zhou: Member) -> None:
    take(make_offer(cast, starts_in=3 * DAY + HOUR), cast.wang)
    task = make_offer(cast, capacity=5)
    outcomes = {one.member: one.why for one in claim(task, team, cast.wang, zhou, all_or_none=False)}
    assert outcomes == {cast.wang: "这段时间已有别的任务", zhou: ""}
    assert task.claims.count() == 1
    check_books(task)


def test_more_named_than_places(cast: Cast, team: Team, zhou: Member) -> None:
    task = make_offer(cast, capacity=2)
    with pytest.raises(Refusal, match="名额不够"):
        claim(task, team, cast.li, cast.wang, zhou)
    outcomes = claim(task, team, cast.li, cast.wang, zhou, all_or_none=False)
    assert [one.why for one in outcomes].count("名额不够") == 1
    check_books(task)
    assert task.is_full


def test_how_often_somebody_did_not_come_is_told_to_nobody_else(cast: Cast, team: Team) -> None:
    for days in (10, 20, 30):
        gone = make_offer(cast, starts_in=-days * DAY, signup_opens_at=timezone.now() - 60 * DAY)
        Claim.objects.create(task=gone, member=cast.wang, state=Claim.State.NO_SHOW)
    task = make_offer(cast)
    (outcome,) = claim(task, team, cast.wang, all_or_none=False)
    assert outcome.why == "目前不能接这项任务，原因请本人登录后查看"


@pytest.mark.parametrize("who", ["wang", "zhao"])
def test_only_who_leads_claims_for_others(cast: Cast, team: Team, who: str) -> None:
    with pytest.raises(PermissionDenied):
        claim(make_offer(cast), team, cast.li, by=getattr(cast, who))


def test_only_for_members_of_the_team(cast: Cast, team: Team) -> None:
    task = make_offer(cast, audience=[cast.city])
    for members in ([cast.zhao], [cast.wang, cast.zhao]):
        with pytest.raises(Refusal) as refusal:
            claim(task, team, *members)
        assert refusal.value.code == "not_in_team"
    with pytest.raises(Refusal) as refusal:
        claim(task, team)
    assert refusal.value.code == "nobody_named"


def test_of_the_task_itself_the_reason_is_said_as_it_is(cast: Cast, team: Team) -> None:
    task = make_offer(cast, signup_opens_at=timezone.now() + DAY)
    with pytest.raises(Refusal) as refusal:
        claim(task, team, cast.wang, all_or_none=False)
    assert refusal.value.code == "window_not_open"


def test_shortly_before_the_end_nobody_can_be_waited_for(cast: Cast, team: Team) -> None:
    with pytest.raises(Refusal) as refusal:
        claim(make_offer(cast, starts_in=5 * HOUR), team, cast.wang)
    assert refusal.value.code == "too_near"


def test_the_resident_hears_of_who_said_yes_and_not_of_offers(cast: Cast, team: Team, zhou: Member) -> None:
    wish = Wish.objects.create(
        organization=cast.estate, need="想请人修灯", contact_name="钱奶奶", contact_mobile="13700000009",
        state=Wish.State.PUBLISHED,
    )  # fmt: skip
    task = make_offer(cast, wish=wish, kind=Task.Kind.WISH, starts_in=9 * DAY)

    def told() -> list[str]:
        return list(Notice.objects.filter(kind="wish_step").order_by("pk").values_list("subject", flat=True))

    claim(task, team, cast.wang, zhou)
    assert told() == []
    waiting.decline(place_of(task, zhou), by=user_of(zhou))
    assert told() == []
    waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang))
    assert told() == ["心愿有人接单"]
    withdraw(place_of(task, cast.wang), by=user_of(cast.wang))
    assert len(told()) == 2


def test_twice_is_once(cast: Cast, team: Team) -> None:
    task = make_offer(cast)
    claim(task, team, cast.wang)
    (again,) = claim(task, team, cast.wang, all_or_none=False)
    assert again.why == "已有名额等本人确认"
    check_books(task)
    assert task.places_taken == 1


def test_who_comes_again_alone_comes_for_no_team(cast: Cast, team: Team) -> None:
    task = make_offer(cast)
    claim(task, team, cast.wang)
    waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang))
    withdraw(place_of(task, cast.wang), by=user_of(cast.wang))
    take(task, cast.wang)
    assert place_of(task, cast.wang).team is None


def test_what_a_team_did_is_what_was_verified_person_by_person(
    client: Client, cast: Cast, team: Team, zhou: Member
) -> None:
    task = make_offer(cast, starts_in=3 * DAY)
    claim(task, team, cast.li, cast.wang)
    waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang))
    take(task, zhou)  # alone
    Claim.objects.update(presence=Claim.Presence.PRESENT)
    decisions = [Decision(one.pk, "good", 60, 1) for one in task.claims.all()]
    record(task, dict.fromkeys([one.pk for one in task.claims.all()], "present"), decisions,
           by=cast.clerk, now=task.ends_at + HOUR)  # fmt: skip
    done = done_by(team)
    assert (done.tasks, done.people, done.minutes, done.flags) == (1, 2, 120, 2)
    for user, name in ((user_of(cast.wang), "tasks:my_team_work"), (cast.secretary, "tasks:team_work")):
        client.force_login(user)
        assert task.title in client.get(reverse(name, args=[team.pk])).content.decode()


def test_the_leader_does_it_on_the_phone(client: Client, cast: Cast, team: Team) -> None:
    task = make_offer(cast)
    client.force_login(user_of(cast.li))
    url = reverse("tasks:team_claim", args=[task.pk, team.pk])
    assert url in client.get(reverse("tasks:offer", args=[task.pk])).content.decode()
    assert "王秀英" in client.get(url).content.decode()
    page = client.post(url, {"members": [cast.wang.pk], "how": "all"}, follow=True).content.decode()
    assert "已为 1 人留出名额" in page and "待确认" in page
    client.force_login(user_of(cast.wang))
    mine = client.get(reverse("tasks:my_claim", args=[place_of(task, cast.wang).pk])).content.decode()
    assert "服务队“青锋帮帮团”的队长替您接的" in mine
    assert client.get(url).status_code == 404  # who does not lead has no such page
