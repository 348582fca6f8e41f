"""Who is behind the pace of the year: the share of what is owed that falls to the days gone by."""

import calendar
import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q

from flags.assessment.standing import SHORT, Standings
from xianfeng.lib.times import today


@dataclass(frozen=True)
class Clock:
    """How much of a year is gone. A span is the months a member is on the roster, counted to December."""

    day: int
    days: int

    @classmethod
    def at(cls, year: int, on: dt.date) -> "Clock":
        """The year's last day for any later date, nothing for an earlier one."""
        days = 366 if calendar.isleap(year) else 365
        return cls(min(max((on - dt.date(year, 1, 1)).days + 1, 0), days), days)

    def share(self, required: int, span: int) -> tuple[int, int]:
        """Numerator and denominator of what of `required` falls to the days of the span gone so far."""
        whole = span * self.days
        return max(required * (whole - 12 * (self.days - self.day)), 0), max(whole, 1)

    def pace(self, required: int, span: int) -> int:
        """Flags (or minutes) due by now, to the nearest whole one."""
        part, whole = self.share(required, span)
        return (2 * part + whole) // (2 * whole)


# Those short of the year with less than `Clock.pace`, by the same sum in SQL: 2·part ≥ whole·(2·live + 1).
BEHIND = SHORT & (Q(required_flags__gt=0, flags_gap__gte=0) | Q(required_minutes__gt=0, minutes_gap__gte=0))


def with_gaps(results: Standings, year: int, on: dt.date | None = None) -> Standings:
    """Adds what `BEHIND` compares, for a day (today where none is given)."""
    clock = Clock.at(year, on or today())
    span = F("months") + F("exempt_months")
    whole, due = span * clock.days, span * clock.days - 12 * (clock.days - clock.day)
    return results.alias(
        flags_gap=F("required_flags") * due * 2 - whole * (F("live_flags") * 2 + 1),
        minutes_gap=F("required_minutes") * due * 2 - whole * (F("live_minutes") * 2 + 1),
    )


def behind(results: Standings, year: int, on: dt.date | None = None) -> Standings:
    return with_gaps(results, year, on).filter(BEHIND)
