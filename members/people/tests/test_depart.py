"""Leaving the roster: the day of leaving is the last one."""

import datetime as dt

from members.leaving.carrying import carry_due
from members.models import Member
from members.people import keeping
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

YESTERDAY = today() - dt.timedelta(days=1)


def corrected(member: Member, departed_on: dt.date | None, cast: Cast) -> str:
    return keeping.correct_entry(member, departed_on=departed_on, by=cast.city_officer).state


def test_a_day_of_leaving_in_the_past_takes_effect_at_once_and_back(cast: Cast) -> None:
    assert corrected(cast.li, YESTERDAY, cast) == Member.State.DEPARTED
    assert corrected(cast.li, None, cast) == Member.State.REGISTERED
    assert corrected(cast.sun, YESTERDAY, cast) == Member.State.DEPARTED
    assert corrected(cast.sun, None, cast) == Member.State.LISTED


def test_a_coming_day_of_leaving_takes_effect_in_the_night_after_it(cast: Cast) -> None:
    assert corrected(cast.li, today(), cast) == Member.State.REGISTERED
    assert carry_due() == 0
    assert carry_due(today() + dt.timedelta(days=1)) == 1
    assert carry_due(today() + dt.timedelta(days=1)) == 0
    assert not Member.objects.on_roster().filter(pk=cast.li.pk).exists()
