"""When exactly a task takes place: one session, or the same hours on several days running."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Protocol

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, IntegerField, Q, Value
from django.db.models.expressions import Combinable

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
# Nobody serves longer in one go: what spans more is several sessions.
LONGEST_SESSION = dt.timedelta(hours=12)
SESSION_MINUTES = LONGEST_SESSION // MINUTE
MOST_SESSIONS = 31
# The columns that say when.
TIMES = ("starts_at", "ends_at", "sessions")


class Timed(Protocol):
    """`starts_at` begins the first session and `ends_at` ends the last; there is one a day."""

    @property
    def starts_at(self) -> dt.datetime: ...
    @property
    def ends_at(self) -> dt.datetime: ...
    @property
    def sessions(self) -> int: ...


def times_of(task: Timed) -> dict[str, Any]:
    """When it takes place, by column."""
    return {name: getattr(task, name) for name in TIMES}


def session_length(task: Timed) -> dt.timedelta:
    return task.ends_at - task.starts_at - (task.sessions - 1) * DAY


def longest_service(task: Timed) -> int:
    """The most minutes that one member can serve: all sessions, from start to end."""
    return session_length(task) // MINUTE * task.sessions


def sessions_of(task: Timed) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    length = session_length(task)
    for number in range(task.sessions):
        start = task.starts_at + number * DAY
        yield start, start + length


def overlap(one: Timed, other: Timed) -> bool:
    """Whether somebody who serves at both would be in two places at once."""
    if one.starts_at >= other.ends_at or other.starts_at >= one.ends_at:
        return False
    return any(
        start < other_end and other_start < end
        for start, end in sessions_of(one)
        for other_start, other_end in sessions_of(other)
    )


# The same bounds in the database's words.


def _times(count: Combinable, length: dt.timedelta) -> ExpressionWrapper:
    # SQLite multiplies durations with plain integers only.
    number = ExpressionWrapper(count, output_field=IntegerField())
    return ExpressionWrapper(number * Value(length), output_field=DurationField())


def _after(moment: Combinable, length: Combinable) -> ExpressionWrapper:
    return ExpressionWrapper(moment + length, output_field=DateTimeField())


_LAST_START = _after(F("starts_at"), _times(F("sessions") - 1, DAY))
IN_ORDER = Q(ends_at__gt=_LAST_START)
NO_LONGER_THAN_A_DAYS_WORK = Q(
    sessions__gte=1, sessions__lte=MOST_SESSIONS, ends_at__lte=_after(_LAST_START, Value(LONGEST_SESSION))
)
# Of several sessions the sum is bounded here by the longest ones; the exact bound is the rule's.
MINUTES_WITHIN_SPAN = Q(minutes__lte=F("sessions") * SESSION_MINUTES) & (
    Q(sessions__gt=1) | Q(ends_at__gte=_after(F("starts_at"), _times(F("minutes"), MINUTE)))
)
