"""On which days something comes again, as RFC 5545 counts them (its RRULE, read by python-dateutil)."""

import datetime as dt

from dateutil.rrule import rrulestr
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.lib.times import WEEKDAYS

NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST_OF_MONTH = 5  # the fifth Friday is the last one: not every month has five


class Frequency(models.TextChoices):
    """The first day says which weekday, or which day of the month."""

    WEEKLY = "weekly", gettext_lazy("每周一次")
    FORTNIGHTLY = "fortnightly", gettext_lazy("每两周一次")
    BY_WEEKDAY = "by_weekday", gettext_lazy("每月一次，第几个星期几")
    BY_DAY = "by_day", gettext_lazy("每月一次，几号")


def week_of_month(day: dt.date) -> int:
    return (day.day - 1) // 7 + 1


def rule_of(frequency: str, first: dt.date) -> str:
    """The RRULE."""
    name, week = NAMES[first.weekday()], week_of_month(first)
    return {
        Frequency.WEEKLY: f"FREQ=WEEKLY;BYDAY={name}",
        Frequency.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={name}",
        Frequency.BY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={-1 if week == LAST_OF_MONTH else week}{name}",
        Frequency.BY_DAY: f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
    }[Frequency(frequency)]


def days_of(frequency: str, first: dt.date, last: dt.date) -> list[dt.date]:
    """From the first day to the last one, both included; months without such a day are left out."""
    start, end = (dt.datetime.combine(day, dt.time()) for day in (first, last))
    rule = rrulestr(rule_of(frequency, first), dtstart=start)
    return [moment.date() for moment in rule.between(start, end, inc=True)]


def in_words(frequency: str, first: dt.date) -> str:
    weekday, week = WEEKDAYS[first.weekday()], week_of_month(first)
    words = {
        Frequency.WEEKLY: _("每周%(weekday)s"),
        Frequency.FORTNIGHTLY: _("每两周的周%(weekday)s"),
        Frequency.BY_WEEKDAY: _("每月最后一个周%(weekday)s")
        if week == LAST_OF_MONTH
        else _("每月第 %(week)d 个周%(weekday)s"),
        Frequency.BY_DAY: _("每月 %(day)d 日"),
    }
    return words[Frequency(frequency)] % {"weekday": weekday, "week": week, "day": first.day}
