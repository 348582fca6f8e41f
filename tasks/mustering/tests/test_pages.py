"""The desk's and the member's pages: scope, figures that open their names, drills apart, the banner."""

import datetime as dt

import pytest
from django.urls import reverse

from members.models import Member
from notices.models import Notice
from tasks.models import Claim, Muster
from tasks.mustering import figures
from tasks.presence.marking import mark_presence
from tasks.tests.desk import at_desk
from tasks.tests.musters import begun, no, whistle, yes
from tasks.tests.offers import HOUR, make_offer, user_of
from xianfeng.testing.cast import Cast


@pytest.fixture
def muster(cast: Cast) -> Muster:
    """The city's: 李建国 comes and is there, 王秀英 cannot, 赵伟 says nothing and read the whistle."""
    found = whistle(cast, by=cast.city_officer, publisher=cast.city, audience=[cast.city])
    yes(found, cast.li)
    no(found, cast.wang)
    task = begun(found).task
    mark_presence(task, {task.claims.get().pk: "present"}, by=cast.clerk)
    Notice.objects.filter(recipient=cast.zhao.user).update(read_at=task.starts_at)
    return found


def test_each_figure_opens_its_names(cast: Cast, muster: Muster) -> None:
    client, address = at_desk(cast.city_officer), reverse("tasks:muster", args=[muster.pk])
    expected = {"called": 3, "reached": 1, "unreached": 2, "accepted": 1, "standby": 0, "declined": 1,
                "silent": 1, "on_spot": 1}  # fmt: skip
    rows = figures.rows_of(muster, cast.city_officer)
    assert figures.total(rows) == expected
    for of, count in expected.items():
        assert client.get(address, {"of": of}).context["page"].paginator.count == count
    for row in rows:
        for of, count in row.cells():
            page = client.get(address, {"of": of, "community": row.community}).context["page"]
            assert page.paginator.count == count


def test_a_community_sees_its_own_people(cast: Cast, muster: Muster) -> None:
    rows = figures.rows_of(muster, cast.secretary)
    assert [(row.name, row.counts["called"]) for row in rows] == [("青锋社区", 2)]


def test_who_moves_away_stays_in_the_report(cast: Cast, muster: Muster) -> None:
    before = figures.rows_of(muster, cast.city_officer)
    there = {"community": cast.other_community, "estate": cast.other_estate}
    Member.objects.filter(pk=cast.li.pk).update(**there)
    assert figures.rows_of(muster, cast.city_officer) == before


def test_other_places_do_not_see_it(cast: Cast) -> None:
    address = reverse("tasks:muster", args=[whistle(cast).pk])
    assert at_desk(cast.other_secretary).get(address).status_code == 404
    assert at_desk(cast.street_officer).get(address).status_code == 200
    phone = reverse("tasks:muster_call", args=[Muster.objects.get().pk])
    assert at_desk(user_of(cast.zhao)).get(phone).status_code == 404


def test_the_page_asks_for_itself_until_it_is_over_and_keeps_no_log_in_open(cast: Cast) -> None:
    muster = whistle(cast)
    client, address = at_desk(cast.secretary), reverse("tasks:muster_live", args=[muster.pk])
    shown = client.get(address).content.decode()
    assert f'hx-get="{address}"' in shown and "X-By-Itself" in shown
    Muster.objects.update(stood_down_at=muster.called_at)
    assert "hx-get" not in client.get(address).content.decode()


def test_drills_are_listed_apart(cast: Cast) -> None:
    for is_drill in (False, True):
        whistle(cast, is_drill=is_drill)
    Muster.objects.update(stood_down_at=Muster.objects.first().called_at)  # type: ignore[union-attr]
    client, address = at_desk(cast.secretary), reverse("tasks:musters")
    shown = {tab: client.get(address, {"tab": tab}).context["page"] for tab in ("on", "over", "drills")}
    assert [[one.is_drill for one in page] for page in shown.values()] == [[], [False], [True]]


def test_it_stands_on_every_page_of_the_phone_while_it_lasts(cast: Cast) -> None:
    muster, client = whistle(cast), at_desk(user_of(cast.li))
    action = reverse("tasks:muster_accept", args=[muster.pk])
    for name in ("reports:me", "tasks:browse", "tasks:my_claims", "members:profile"):
        assert action in client.get(reverse(name)).content.decode()
    client.post(action)
    assert action not in client.get(reverse("reports:me")).content.decode()  # answered: the way to it is left
    assert (
        reverse("tasks:muster_call", args=[muster.pk]) in client.get(reverse("reports:me")).content.decode()
    )
    Muster.objects.update(stood_down_at=muster.called_at)
    assert "muster" not in client.get(reverse("reports:me")).content.decode()


def test_two_leaders_call_the_roll_side_by_side(cast: Cast) -> None:
    """A button is about one person: an older page in another hand undoes nothing."""
    muster = whistle(cast)
    for member in (cast.li, cast.wang):
        yes(muster, member)
    begun(muster)
    first, second = Claim.objects.order_by("pk")
    address = reverse("tasks:roll_call_mark", args=[muster.pk])
    at_desk(cast.clerk).post(address, {"claim": first.pk, "there": "1"})
    at_desk(cast.secretary).post(address, {"claim": second.pk, "there": "1"})
    assert set(Claim.objects.values_list("presence", flat=True)) == {"present"}
    at_desk(cast.clerk).post(address, {"claim": first.pk, "there": "0"})
    first.refresh_from_db()
    assert first.presence == ""


@pytest.mark.parametrize(("in_hours", "warned"), [(1, True), (30, False)])
def test_who_plans_a_task_at_the_same_hours_is_warned(cast: Cast, in_hours: int, warned: bool) -> None:
    whistle(cast)
    draft = make_offer(cast, starts_in=in_hours * HOUR, state="draft")
    client = at_desk(cast.clerk)
    page = client.post(reverse("tasks:publish", args=[draft.pk]), follow=True).content.decode()
    assert ("同一时间有应急集结" in page) is warned


def test_afterwards_the_curve_says_how_fast_they_answered(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    muster = begun(muster, dt.timedelta(minutes=40))  # whistled so long before the answer
    assert dict(figures.curve(muster, cast.secretary)) == {5: 0, 10: 0, 15: 0, 30: 0, 60: 1, 120: 1}


def test_the_drill_s_whistle_and_the_desk_s_form(cast: Cast) -> None:
    given = {
        "title": "内涝排险", "place": "南门", "capacity": 3, "hours": 2, "organiser_name": "林社工",
        "reach": "own", "is_drill": "on", "key": "k",
    }  # fmt: skip
    answer = at_desk(cast.secretary).post(reverse("tasks:muster_new"), given)
    muster = Muster.objects.get()
    assert answer["Location"] == reverse("tasks:muster", args=[muster.pk])
    assert muster.is_drill and muster.task.title.startswith("【演练】")
