"""The year's rules bound leave: how long, and from when a second person confirms it."""

import datetime as dt

import pytest

from flags.models import Policy
from flags.policy.leave import limits_of
from members.people import exempting
from members.people.rules import DatesWrong, leave_limits
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

YEAR = today().year
MARCH = dt.date(YEAR, 3, 1)


def test_without_rules_of_its_own_a_year_has_the_default_ones(db: None) -> None:
    assert leave_limits(YEAR) == limits_of(YEAR) == (12, 6)


def test_the_rules_of_the_year_in_which_the_leave_begins_say_so(cast: Cast) -> None:
    Policy.objects.create(year=YEAR, longest_leave=2, second_leave=0)
    leave = {"kind": "sick", "starts_on": MARCH, "reason": "住院", "by": cast.secretary}
    with pytest.raises(DatesWrong, match="最长 2 个月"):
        exempting.exempt(cast.li, ends_on=dt.date(YEAR, 5, 1), **leave)
    assert exempting.exempt(cast.li, ends_on=dt.date(YEAR, 4, 30), **leave).state == "granted"
