"""How a task goes from one state to the next, for every errand that moves one."""

import datetime as dt
from collections.abc import Set
from typing import Any

from django.utils.translation import gettext as _

from members.models import User
from tasks.models import Task, TaskEvent
from tasks.rules import WrongState
from wishes.handling import handling as wishes
from xianfeng.lib.transitions import move as move_row

State = Task.State

# What may follow what. A change of the terms leads to where it comes from, a reversal back to the open task.
FOLLOWS: dict[str, Set[str]] = {
    State.DRAFT: {State.DRAFT, State.IN_REVIEW},
    State.IN_REVIEW: {State.DRAFT},
    State.PUBLISHED: {State.DRAFT, State.IN_REVIEW, State.PUBLISHED, State.SETTLED},
    State.SETTLED: {State.PUBLISHED},
    State.CANCELLED: State.CANCELLABLE,
}


def move(task: Task, to: str, *, by: User | None, at: dt.datetime, note: str = "", **fields: Any) -> None:
    """One state change with its event row. Raises WrongState when somebody was faster."""
    move_row(
        task,
        to,
        allowed=FOLLOWS[to],
        event=TaskEvent,
        by=by,
        at=at,
        note=note,
        refusal=moved_on,
        **fields,
    )


def offer(task: Task, *, by: User, at: dt.datetime, note: str = "", **fields: Any) -> None:
    """To its audience; a wish's task marks the wish as published in the same transaction."""
    move(task, State.PUBLISHED, by=by, at=at, note=note, published_at=at, **fields)
    if task.wish:
        wishes.mark_published(task.wish, by=by)


def note_down(task: Task, *, by: User, at: dt.datetime, note: str, **fields: Any) -> None:
    """A line of its history, with `fields` set, that leads to no other state."""
    move_row(
        task, task.state, allowed=State.values, event=TaskEvent, by=by, at=at, note=note, refusal=moved_on,
        **fields,
    )  # fmt: skip


def moved_on() -> WrongState:
    return WrongState(_("这项任务刚被别人处理过。请刷新页面查看最新状态。"))
