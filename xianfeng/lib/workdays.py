"""Working days of the People's Republic of China, swap days (调休) included.

The years the State Council has published come from the `holidays` package; for later ones it
computes the festivals without swaps. A day it does not know yet is entered in
``settings.WORKDAY_OVERRIDES`` or handed in by the caller; the caller's word is the last.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import holidays
from django.conf import settings

Overrides = Mapping[str, bool]
ONE_DAY = timedelta(days=1)
SATURDAY = 5


@cache
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language="zh_CN")


def is_working_day(day: date, overrides: Overrides | None = None) -> bool:
    """Is `day` one on which offices work? `overrides` maps ISO dates to the answer."""
    for table in (overrides or {}, settings.WORKDAY_OVERRIDES):
        if (answer := table.get(day.isoformat())) is not None:
            return answer
    calendar = _calendar(day.year)
    if day in calendar:
        return False
    return day.weekday() < SATURDAY or day in calendar.weekend_workdays


def add_working_days(start: date, count: int, overrides: Overrides | None = None) -> date:
    """The `count`-th working day after `start`; before it where `count` is negative.

    The day of the event is not counted (民法典 第二百零一条). With 0, `start` itself.
    """
    step, left, day = (ONE_DAY if count > 0 else -ONE_DAY), abs(count), start
    while left:
        day += step
        left -= is_working_day(day, overrides)
    return day


def working_days_between(start: date, end: date, overrides: Overrides | None = None) -> int:
    """How many working days lie in (start, end]; negative where `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start, overrides)
    days = (start + ONE_DAY * number for number in range(1, (end - start).days + 1))
    return sum(is_working_day(day, overrides) for day in days)
