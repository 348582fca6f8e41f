"""Working days of the People's Republic of China, swap days (调休) included.

The years the State Council has published come from the `holidays` package; for later ones it
computes the festivals without swaps. A day it does not know yet is entered on the calendar's page
(`entered_by`) or handed in by the caller; the caller's word is the last.
"""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import holidays
from celery.signals import task_prerun
from django.core.cache import cache
from django.core.signals import request_started
from django.db import transaction

Overrides = Mapping[str, bool]
ONE_DAY = timedelta(days=1)
SATURDAY = 5


class Published(NamedTuple):
    """A day unlike others of the week, and why."""

    works: bool
    name: str


# --- What somebody entered ----------------------------------------------------------------------

MARK = "workdays:mark"  # in the shared cache: another one after each change
KEPT_FOR = 300.0  # seconds, for a process that missed the mark while the shared cache was away
_source: Callable[[], Overrides] = dict
# What this process read last, under which mark, and when.
_kept: tuple[str, float, Overrides] | None = None
_looked = threading.local()


def entered_by(source: Callable[[], Overrides]) -> None:
    """Where the app that keeps the table says what stands there: ISO date → is it a working day?"""
    global _source
    _source = source


def entered() -> Overrides:
    """What stands there; each request and each job looks once whether it changed."""
    if not hasattr(_looked, "days"):
        _looked.days = _as_marked()
    days: Overrides = _looked.days
    return days


def _as_marked() -> Overrides:
    global _kept
    mark = cache.get(MARK, "")
    if _kept is None or _kept[0] != mark or time.monotonic() - _kept[1] > KEPT_FOR:
        _kept = mark, time.monotonic(), _source()
    return _kept[2]


def look_again(**_signal: Any) -> None:
    _looked.__dict__.clear()


def entered_changed() -> None:
    """Called in the transaction of the change; every process reads again after it."""
    transaction.on_commit(_mark_anew)


def _mark_anew() -> None:
    cache.set(MARK, str(uuid.uuid4()), timeout=None)
    look_again()


request_started.connect(look_again)
task_prerun.connect(look_again)


# --- The calendar -------------------------------------------------------------------------------


@lru_cache
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language="zh_CN")


def is_published(year: int) -> bool:
    """Does the library know the swaps of this year?"""
    return any(day.year == year for day in _calendar(year).weekend_workdays)


def published(day: date) -> Published | None:
    """What the published calendar says of a day that is no ordinary one."""
    calendar = _calendar(day.year)
    if day in calendar:
        return Published(works=False, name=calendar[day])
    return Published(works=True, name="调休上班") if day in calendar.weekend_workdays else None


def is_working_day(day: date, overrides: Overrides | None = None) -> bool:
    """Is `day` one on which offices work? `overrides` maps ISO dates to the answer."""
    for table in (overrides or {}, entered()):
        if (answer := table.get(day.isoformat())) is not None:
            return answer
    special = published(day)
    return day.weekday() < SATURDAY if special is None else special.works


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
