"""Moments of the simulated year."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A local moment as an aware datetime."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def year_start(day: dt.date) -> dt.date:
    """First of January; in the first quarter that of the year before, so that there is a year to show."""
    return dt.date((day - dt.timedelta(days=90)).year, 1, 1)


def service_time(rng: random.Random, day: dt.date) -> dt.datetime:
    """When people who work on weekdays are free."""
    if day.weekday() >= 5:
        return at(day, rng.choice((9, 14, 15)))
    return at(day, 14) if day.weekday() == 4 else at(day, 18, 30)
