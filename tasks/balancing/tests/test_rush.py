"""The year-end rush: in which week places will not suffice, and who is asked for more."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from flags.assessment import assessing
from flags.models import Policy
from notices.models import Notice
from tasks.balancing import wanting
from tasks.balancing.rush import Rush, outlook, together, weeks_left
from tasks.tests.offers import DAY, make_offer
from xianfeng.lib.times import at
from xianfeng.testing.cast import Cast

# A Monday; the last week of the year begins on 28 December.
NOVEMBER = at(dt.date(2026, 11, 2), 9)
WEEK = 7 * DAY


@pytest.fixture(autouse=True)
def november(time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(NOVEMBER, tick=False)


def of(community: object) -> Rush:
    assessing.forecast(2026)
    return next(one for one in outlook() if one.community == community)


def test_weeks_begin_on_monday_and_end_with_the_year() -> None:
    weeks = weeks_left(dt.date(2026, 11, 4))
    assert (weeks[0], weeks[-1], len(weeks)) == (dt.date(2026, 11, 2), dt.date(2026, 12, 28), 9)


def test_needs_are_spread_evenly_and_places_summed_up(cast: Cast) -> None:
    make_offer(cast, capacity=4, starts_at=NOVEMBER + 2 * DAY)
    make_offer(cast, capacity=3, starts_at=NOVEMBER + 5 * WEEK)
    found = of(cast.community)
    assert (found.short, found.needed, found.offered, found.gap) == (2, 10, 7, 3)
    assert [week.needed for week in found.weeks] == [1, 2, 3, 4, 5, 6, 7, 8, 10]
    assert [week.offered for week in found.weeks] == [4, 4, 4, 4, 4, 7, 7, 7, 7]
    assert found.first_short == dt.date(2026, 11, 30)


def test_a_city_task_is_shared_by_need(cast: Cast) -> None:
    make_offer(cast, capacity=9, starts_at=NOVEMBER + 2 * DAY, publisher=cast.city, audience=[cast.city])
    assert of(cast.community).offered == 6
    assert of(cast.other_community).offered == 3


def test_who_can_not_get_there_within_the_weekly_limit_is_counted(cast: Cast) -> None:
    Policy.objects.update_or_create(year=2026, defaults={"places_per_week": 1, "min_flags": 10})
    assert of(cast.community).late == 2


def test_what_one_community_has_over_fills_no_other_s_gap(cast: Cast) -> None:
    make_offer(cast, capacity=500, publisher=cast.other_community, audience=[cast.other_community])
    assessing.forecast(2026)
    assert together(outlook())[-1].gap == 10


def test_the_widest_gap_comes_first(cast: Cast) -> None:
    assert of(cast.community) and outlook()[0].community == cast.community


class TestAsking:
    def test_a_community_is_asked_once_a_week_with_the_figures(self, cast: Cast) -> None:
        assessing.forecast(2026)
        chosen = [str(cast.community.pk)]
        assert wanting.ask(chosen, by=cast.city_officer) == 1
        notices = Notice.objects.filter(kind="more_wanted")
        assert set(notices.values_list("recipient", flat=True)) == {cast.secretary.pk, cast.clerk.pk}
        assert "10 个名额" in notices[0].body
        with pytest.raises(wanting.NobodyAsked):
            wanting.ask(chosen, by=cast.city_officer)

    def test_nobody_without_a_gap_is_asked(self, cast: Cast) -> None:
        make_offer(cast, capacity=50)
        assessing.forecast(2026)
        with pytest.raises(wanting.NobodyAsked):
            wanting.ask([str(cast.community.pk)], by=cast.city_officer)

    def test_only_the_city_asks(self, cast: Cast) -> None:
        with pytest.raises(PermissionDenied):
            wanting.ask([str(cast.community.pk)], by=cast.secretary)

    def test_the_page_asks_and_shows_it(self, client: Client, cast: Cast) -> None:
        assessing.forecast(2026)
        client.force_login(cast.city_officer)
        answer = client.post(reverse("tasks:want_more"), {"pk": [cast.community.pk]}, follow=True)
        text = answer.content.decode()
        assert "已请 1 个社区增发任务" in text and "已提醒" in text

    def test_a_community_sees_its_own_weeks(self, client: Client, cast: Cast) -> None:
        assessing.forecast(2026)
        client.force_login(cast.secretary)
        page = client.get(reverse("tasks:year_end"))
        assert [one.community for one in page.context["rows"]] == [cast.community]
        assert page.context["needed"] == 10
