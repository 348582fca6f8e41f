"""Moments of the simulated year."""

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from zoneinfo import ZoneInfo

from django.db.models import Max, Model
from django.utils import timezone

from flags.models import AssessmentEvent
from notices.models import Notice
from tasks.models import Task
from wishes.models import Wish

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A local moment as an aware datetime."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


# Fields whose default keeps the real clock; what is written meanwhile is dated afterwards.
DATED: tuple[tuple[type[Model], str], ...] = (
    (AssessmentEvent, "at"),
    (Notice, "created_at"),
    (Wish, "created_at"),
    (Task, "created_at"),
)


@contextmanager
def as_of(moment: dt.datetime) -> Iterator[None]:
    """The platform's clock stands at a past moment: for services that ask it the time."""
    before = [model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for model, _field in DATED]
    with mock.patch.object(timezone, "now", lambda: moment):
        yield
    for (model, field), last in zip(DATED, before, strict=True):
        model._default_manager.filter(pk__gt=last).update(**{field: moment})


def year_start(day: dt.date) -> dt.date:
    """First of January; in the first quarter that of the year before, so that there is a year to show."""
    return dt.date((day - dt.timedelta(days=90)).year, 1, 1)


def service_time(rng: random.Random, day: dt.date) -> dt.datetime:
    """When people who work on weekdays are free."""
    if day.weekday() >= 5:
        return at(day, rng.choice((9, 14, 15)))
    return at(day, 14) if day.weekday() == 4 else at(day, 18, 30)
