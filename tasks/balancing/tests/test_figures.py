"""What a community needs and has in a month."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flags.assessment import assessing
from flags.models import FlagEntry, MemberYear, Policy
from members.models import Member
from tasks.balancing.figures import Balance, Figures, Month, MonthNotAhead, balance
from tasks.inviting.inviting import decline, invite
from tasks.models import Invitation, Task
from tasks.tests.musters import whistle
from tasks.tests.offers import DAY, make_offer, take, user_of
from xianfeng.lib.times import at
from xianfeng.testing.cast import Cast

OCTOBER = at(dt.date(2026, 10, 8), 9)


@pytest.fixture
def october(time_machine) -> dt.datetime:  # type: ignore[no-untyped-def]
    time_machine.move_to(OCTOBER, tick=False)
    return OCTOBER


def of(found: Balance, community: object) -> Figures:
    return next(row for row in found.communities if row.community == community)


def this_month() -> Balance:
    assessing.forecast(2026)
    return balance(Month.of("2026-10"))


@pytest.mark.usefixtures("october")
class TestOctober:
    def test_missing_flags_are_spread_over_the_months_left(self, cast: Cast) -> None:
        # Five flags in three months are two places this month, for each of 李建国 and 王秀英.
        row = of(this_month(), cast.community)
        assert (row.short, row.needed, row.to_come, row.lacking, row.spare) == (2, 4, 0, 4, 0)

    def test_who_has_reached_the_year_needs_nothing(self, cast: Cast) -> None:
        MemberYear.objects.update_or_create(member=cast.li, year=2026, defaults={"flags": 5})
        assert of(this_month(), cast.community).needed == 2

    def test_a_place_held_in_the_month_is_taken_off_for_its_holder_only(self, cast: Cast) -> None:
        for days in (3, 5, 9):
            take(make_offer(cast, starts_in=days * DAY, capacity=1), cast.li)
        row = of(this_month(), cast.community)
        assert (row.short, row.needed) == (1, 2)

    def test_a_muster_s_places_are_nobody_s_chance_to_catch_up(self, cast: Cast) -> None:
        whistle(cast, capacity=30)
        assert of(this_month(), cast.community).to_come == 0

    def test_places_of_the_community_and_its_estates_come_to_it(self, cast: Cast) -> None:
        make_offer(cast, capacity=3)
        make_offer(cast, capacity=4, publisher=cast.estate, audience=[cast.estate])
        make_offer(cast, capacity=9, starts_in=40 * DAY)  # November
        make_offer(cast, capacity=9, state=Task.State.DRAFT)
        make_offer(cast, capacity=9, flags=0)
        row = of(this_month(), cast.community)
        assert (row.to_come, row.spare, row.lacking) == (7, 3, 0)

    def test_a_city_task_is_a_pool_of_those_it_reaches(self, cast: Cast) -> None:
        make_offer(cast, capacity=6, publisher=cast.city, audience=[cast.city])
        make_offer(cast, capacity=2, publisher=cast.city, audience=[cast.other_community])
        found = this_month()
        everybody = {row.community.pk for row in found.communities}
        assert {(pool.places, pool.open_to) for pool in found.pools} == {
            (6, frozenset(everybody)),
            (2, frozenset({cast.other_community.pk})),
        }

    def test_a_place_is_worth_what_places_are_on_average(self, cast: Cast) -> None:
        make_offer(cast, capacity=3, flags=2)
        found = this_month()
        assert (found.worth, of(found, cast.community).needed) == (2, 2)

    def test_who_cannot_be_asked_is_no_sender(self, cast: Cast) -> None:
        assert of(this_month(), cast.community).senders == 2
        Member.objects.filter(pk=cast.wang.pk).update(user=None)
        assert of(this_month(), cast.community).senders == 1
        Policy.objects.update_or_create(year=2026, defaults={"invitations_per_month": 1})
        invite(make_offer(cast), {cast.li.pk}, by=cast.secretary)
        assert of(this_month(), cast.community).senders == 0

    def test_who_declined_to_go_elsewhere_is_left_alone(self, cast: Cast) -> None:
        there = make_offer(cast, publisher=cast.other_community, audience=[cast.other_community])
        invite(there, {cast.li.pk}, by=cast.city_officer, guests_until=OCTOBER + 20 * DAY)
        decline(Invitation.objects.get(), by=user_of(cast.li))
        assert of(this_month(), cast.community).senders == 1

    @pytest.mark.parametrize("text", ["2026-09", "2027-01", "2025-12", "10", "2026-13", "x"])
    def test_only_what_is_left_of_the_year_is_balanced(self, text: str) -> None:
        with pytest.raises(MonthNotAhead, match="2026-10 至 2026-12"):
            Month.of(text)

    def test_five_queries_whatever_the_size(self, cast: Cast) -> None:
        make_offer(cast, publisher=cast.city, audience=[cast.city])
        assessing.forecast(2026)
        with CaptureQueriesContext(connection) as found:
            balance(Month.of(""))
        assert len(found) <= 8


def test_before_the_first_forecast_nobody_needs_anything(cast: Cast) -> None:
    assert not FlagEntry.objects.exists()
    assert not any(row.needed for row in balance(Month.of("")).communities)
