"""The working calendar: what is published with the library, and what the city entered after a notice."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from flags.models import DayRule
from members.models import User
from xianfeng.lib import workdays
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import FIRST_YEAR, today

LONGEST = 31  # days of one entry; the longest holiday has nine
DAY = dt.timedelta(days=1)


class DaysUnfit(Refusal):
    code = "days_unfit"


class NothingEntered(Refusal):
    code = "nothing_entered"


@dataclass(frozen=True)
class Stretch:
    """Days in a row that are unlike an ordinary week, for one and the same reason."""

    first: dt.date
    last: dt.date
    works: bool
    name: str
    by: User | None  # who entered it; None where it was published

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1


@transaction.atomic
def enter(first: dt.date, last: dt.date, *, works: bool, note: str, by: User) -> DayRule:
    """From now on these days are worked, or free; returns the first one's rule. Raises DaysUnfit."""
    if last < first:
        raise DaysUnfit(_("最后一天早于第一天，请检查日期。"), field="last")
    if first.year < FIRST_YEAR or last.year > today().year + 1:
        text = _("只能录入 %(first)s 年到明年的日子，请检查年份。") % {"first": FIRST_YEAR}
        raise DaysUnfit(text, field="first")
    if (last - first).days >= LONGEST:
        raise DaysUnfit(_("一次最多录入 %(most)s 天，请检查日期。") % {"most": LONGEST}, field="last")
    days = (first + DAY * number for number in range((last - first).days + 1))
    rules = DayRule.objects.bulk_create(DayRule(day=day, works=works, note=note, by=by) for day in days)
    workdays.entered_changed()
    return rules[0]


@transaction.atomic
def take_back(first: dt.date, last: dt.date, *, by: User) -> int:
    """The published calendar counts again for these days. Raises NothingEntered."""
    said = [day for day in standing() if first <= day <= last]
    if not said:
        raise NothingEntered(_("这几天没有录入的安排，可能同事已经撤销。请刷新页面查看。"))
    DayRule.objects.bulk_create(DayRule(day=day, works=None, note=_("撤销"), by=by) for day in said)
    workdays.entered_changed()
    return len(said)


def standing() -> dict[dt.date, DayRule]:
    """The rule that counts of each day that has one."""
    latest = {rule.day: rule for rule in DayRule.objects.order_by("pk").select_related("by")}
    return {day: rule for day, rule in latest.items() if rule.works is not None}


def entered() -> dict[str, bool]:
    """For `workdays`: ISO date → is it worked?"""
    said = DayRule.objects.order_by("pk").values_list("day", "works")
    latest = {day.isoformat(): works for day, works in said}
    return {day: works for day, works in latest.items() if works is not None}


def stretches(year: int) -> list[Stretch]:
    """Free and swapped days of a year, in order, days in a row as one."""
    said, found = standing(), list[Stretch]()
    day = dt.date(year, 1, 1)
    while day.year == year:
        if (now := stretch_of(day, said.get(day))) is not None:
            found = joined(found, now)
        day += DAY
    return found


def stretch_of(day: dt.date, rule: DayRule | None) -> Stretch | None:
    """What is special about a day; None of an ordinary one."""
    if rule is not None:
        return Stretch(day, day, bool(rule.works), rule.note, rule.by)
    published = workdays.published(day)
    return None if published is None else Stretch(day, day, published.works, published.name, None)


def joined(found: list[Stretch], now: Stretch) -> list[Stretch]:
    """A stretch made longer by the day after it, where that is alike."""
    if found:
        last = found[-1]
        alike = (last.works, last.name, last.by) == (now.works, now.name, now.by)
        if alike and now.first - last.last == DAY:
            return [*found[:-1], Stretch(last.first, now.last, last.works, last.name, last.by)]
    return [*found, now]


def is_complete(year: int) -> bool:
    """Are the swaps of the year known, published with the library or entered?"""
    return not missing(year)


def missing(year: int) -> list[str]:
    """What the notice of the State Council says of any year and nobody has entered yet, in words."""
    if workdays.is_published(year):
        return []
    days = {dt.date.fromisoformat(day): works for day, works in workdays.entered().items()}
    said = {day: works for day, works in days.items() if day.year == year}
    lacks = []
    if not has_spring_festival({day for day, works in said.items() if not works}):
        lacks.append(_("春节放假（连续三天以上）"))
    if True not in said.values():
        lacks.append(_("调休上班的日子"))
    return lacks


def has_spring_festival(free: set[dt.date]) -> bool:
    """It and its eve lie between 20 January and 20 February: New Year's own days are no sign of it."""
    first = (day for day in free if (1, 20) <= (day.month, day.day) <= (2, 20))
    return any({day, day + DAY, day + 2 * DAY} <= free for day in first)
