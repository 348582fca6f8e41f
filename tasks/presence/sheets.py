"""The sheet to sign, cut into pages of paper: browsers number pages in their own ways, or not at all.

A page holds as many rows of 12 mm as fit on A4 beside its head and foot (static/css/tasks.css).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.models import Claim, Task
from tasks.models.sessions import sessions_of

ROWS = 15  # of a page
WALK_INS = 5  # blank rows at the least, for who comes without having signed up


@dataclass(frozen=True)
class Sheet:
    """One page: its number, how many there are of this day, and a claim or a blank for each row's number."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    number: int
    count: int
    rows: Sequence[tuple[int, Claim | None]]


def sheets(task: Task, claims: Sequence[Claim]) -> list[Sheet]:
    """Pages for every session, as each day is signed for itself; the last of a day is filled with blanks."""
    count = -(-(len(claims) + WALK_INS) // ROWS)
    rows = list(enumerate([*claims, *[None] * (count * ROWS - len(claims))], 1))
    return [
        Sheet(starts_at, ends_at, page + 1, count, rows[page * ROWS : (page + 1) * ROWS])
        for starts_at, ends_at in sessions_of(task)
        for page in range(count)
    ]
