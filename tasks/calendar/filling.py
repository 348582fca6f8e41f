"""What stands on which day: a task of several days on each of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tasks.calendar.spans import DAY, Span
from tasks.models import Task
from tasks.models.sessions import sessions_of
from xianfeng.lib.times import at, local_date, today
from xianfeng.lib.workdays import published

SHOWN = 4  # of a day in a grid; the day itself lists them all
MOST = 2000  # of a view: a month of a whole city has a quarter of it


@dataclass(frozen=True)
class Entry:
    """One day of a task, with what the page knows of it."""

    task: Task
    starts_at: dt.datetime
    ends_at: dt.datetime
    about: Any = None


@dataclass(frozen=True)
class Day:
    """`note` is a festival, or a weekend on which offices work."""

    date: dt.date
    is_own: bool
    is_today: bool
    is_chosen: bool
    note: str
    entries: list[Entry]

    @property
    def shown(self) -> list[Entry]:
        return self.entries[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.entries) - SHOWN)


def within(tasks: QuerySet[Task], span: Span) -> QuerySet[Task]:
    """Tasks of which some moment lies in the span."""
    found = tasks.filter(starts_at__lt=at(span.last + DAY, 0), ends_at__gt=at(span.first, 0))
    return found.order_by("starts_at", "id")[:MOST]


def days_with(tasks: Iterable[Task], span: Span, about: dict[int, Any] | None = None) -> list[Day]:
    """Every day of the span; `about` is by task. No query."""
    entries: dict[dt.date, list[Entry]] = defaultdict(list)
    for task in tasks:
        for start, end in sessions_of(task):
            entries[local_date(start)].append(Entry(task, start, end, (about or {}).get(task.pk)))
    now = today()
    return [
        Day(day, span.has(day), day == now, day == span.chosen, note_of(day), entries[day])
        for day in span.days()
    ]


def note_of(day: dt.date) -> str:
    special = published(day)
    return special.name if special else ""
