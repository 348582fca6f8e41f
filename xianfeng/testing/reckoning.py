"""The yearly check a second time, in plain Python, month by month: what pages and figures are held against.

Shares nothing with the platform's own statement but the rules as DOMAIN 4.5 tells them.
"""

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from flags.models import FlagEntry
from members.models import Exemption, Member

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Reckoned:
    """What one member has and owes."""

    flags: int
    minutes: int
    required_flags: int
    required_minutes: int
    months: int

    @property
    def missing_flags(self) -> int:
        return max(self.required_flags - self.flags, 0)

    @property
    def missing_minutes(self) -> int:
        return max(self.required_minutes - self.minutes, 0)

    @property
    def result(self) -> str:
        if self.months == 0:
            return "exempt"
        return "unqualified" if self.missing_flags or self.missing_minutes else "qualified"


def reckon_by_hand(year: int, rules: dict[str, Any], *, up_to: int | None = None) -> dict[int, Reckoned]:
    """Every member whom the year concerns, by id; by the ledger as it is, or as it was at a line."""
    flags, minutes = sums_of(year, up_to)
    away = leave_of()
    found = {}
    for member in Member.objects.all():
        if not concerns(member, year):
            continue
        months = sum(counts(member, year, month, away[member.pk], rules["pro_rata"]) for month in MONTHS)
        base = rules["min_flags_leader"] if member.is_leader else rules["min_flags"]
        owed = (rounded_up(base, months), rounded_up(rules["min_minutes"], months))
        found[member.pk] = Reckoned(flags[member.pk], minutes[member.pk], *owed, months)
    return found


def sums_of(year: int, up_to: int | None = None) -> tuple[dict[int, int], dict[int, int]]:
    """Flags and minutes by member, line by line."""
    flags: dict[int, int] = defaultdict(int)
    minutes: dict[int, int] = defaultdict(int)
    for line in FlagEntry.objects.all():
        if line.service_date.year == year and (up_to is None or line.seq <= up_to):
            flags[line.member_id] += line.delta
            minutes[line.member_id] += line.minutes
    return flags, minutes


def leave_of() -> dict[int, set[dt.date]]:
    """Every single day of leave by member."""
    away: dict[int, set[dt.date]] = defaultdict(set)
    for leave in Exemption.objects.all():
        if leave.state == "granted":
            length = (leave.ends_on - leave.starts_on).days + 1
            away[leave.member_id] |= {leave.starts_on + dt.timedelta(days=number) for number in range(length)}
    return away


def concerns(member: Member, year: int) -> bool:
    """On the roster on one day of the year at least."""
    if member.state == Member.State.MERGED or (
        member.state == Member.State.DEPARTED and member.departed_on is None
    ):
        return False
    first, last = member.joined_on or dt.date.min, member.departed_on or dt.date.max
    return first <= last and first <= dt.date(year, 12, 31) and last >= dt.date(year, 1, 1)


def counts(member: Member, year: int, month: int, away: set[dt.date], pro_rata: bool) -> bool:
    """Whether a month counts: a day of it on the roster (or no pro rata), and not all of it on leave."""
    days = [dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]
    if pro_rata:
        first, last = member.joined_on or dt.date.min, member.departed_on or dt.date.max
        days = [day for day in days if first <= day <= last]
    return any(day not in away for day in days)


def rounded_up(base: int, months: int) -> int:
    whole, rest = divmod(base * months, 12)
    return whole + (1 if rest else 0)
