"""Who is behind: requirements from the year's forecast, flags live from the totals."""

import calendar
import datetime as dt
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from flags.models import Assessment, AssessmentRun
from xianfeng.lib.times import today

# Results of a forecast with the annotations of `with_live_totals`.
type Pacing = QuerySet[Assessment]


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


def with_live_totals(results: QuerySet[Assessment], year: int) -> Pacing:
    """Adds `live_flags` and `live_minutes`: what the ledger says now, not at the time of the forecast."""
    return results.annotate(
        total=FilteredRelation("member__years", condition=Q(member__years__year=year))
    ).annotate(
        live_flags=Coalesce(F("total__flags"), 0),
        live_minutes=Coalesce(F("total__minutes"), 0),
        span=F("months") + F("exempt_months"),
    )


# Those who do not have the whole year's requirement yet.
SHORT = Q(live_flags__lt=F("required_flags")) | Q(live_minutes__lt=F("required_minutes"))
# Those with less than `Clock.pace`, by the same sum in SQL: 2·part ≥ whole·(2·live + 1).
BEHIND = SHORT & (Q(required_flags__gt=0, flags_gap__gte=0) | Q(required_minutes__gt=0, minutes_gap__gte=0))


def with_gaps(results: Pacing, year: int, on: dt.date | None = None) -> Pacing:
    """Adds what `BEHIND` compares, for a day (today where none is given)."""
    clock = Clock.at(year, on or today())
    whole = F("span") * clock.days
    due = whole - 12 * (clock.days - clock.day)
    return results.alias(
        flags_gap=F("required_flags") * due * 2 - whole * (F("live_flags") * 2 + 1),
        minutes_gap=F("required_minutes") * due * 2 - whole * (F("live_minutes") * 2 + 1),
    )


def short(results: Pacing) -> Pacing:
    return results.filter(SHORT)


def behind(results: Pacing, year: int, on: dt.date | None = None) -> Pacing:
    return with_gaps(results, year, on).filter(BEHIND)


def results_of(run: AssessmentRun) -> Pacing:
    """A run's results with live totals, and the names that lists show."""
    return with_live_totals(Assessment.objects.filter(run=run), run.year)
