"""How a task goes from one state to the next, for every errand that moves one."""

import datetime as dt
from collections.abc import Set
from typing import Any

from django.utils.translation import gettext as _

from members.models import User
from tasks.models import Task, TaskEvent
from tasks.rules import WrongState
from xianfeng.lib.transitions import move as move_row

State = Task.State

# What may follow what. A change of the terms leads to where it comes from, a reversal back to the open task.
FOLLOWS: dict[str, Set[str]] = {
    State.DRAFT: {State.DRAFT},
    State.PUBLISHED: {State.DRAFT, State.PUBLISHED, State.SETTLED},
    State.SETTLED: {State.PUBLISHED},
    State.CANCELLED: State.CHANGEABLE,
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


def moved_on() -> WrongState:
    return WrongState(_("这项任务刚被别人处理过。请刷新页面查看最新状态。"))
