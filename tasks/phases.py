"""Where a task stands now: its state and the clock together, as tabs, badges and figures use it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User
from tasks.models import Claim, Task
from tasks.models.claim import ClaimQuerySet

State = Task.State


@dataclass(frozen=True)
class Phase:
    """One tab of the list: word, badge tone, and its condition at a moment."""

    code: str
    word: str | Promise
    tone: str
    condition: Callable[[dt.datetime], Q]

    @classmethod
    def of(cls, state: Task.State) -> Self:
        """A state that the clock does not part."""
        return cls(state.value, state.label, state.tone, lambda now: Q(state=state))


PHASES = (
    Phase.of(State.DRAFT),
    Phase.of(State.IN_REVIEW),
    Phase("open", _("接单中"), "info", lambda now: Q(state=State.PUBLISHED, starts_at__gt=now)),
    Phase(
        "running", _("进行中"), "accent",
        lambda now: Q(state=State.PUBLISHED, starts_at__lte=now, ends_at__gt=now),
    ),
    Phase(
        "to_verify", _("待认定"), "warning",
        lambda now: Q(state=State.PUBLISHED, ends_at__lte=now, places_taken__gt=0),
    ),
    Phase(
        "unclaimed", _("无人接单"), "neutral",
        lambda now: Q(state=State.PUBLISHED, ends_at__lte=now, places_taken=0),
    ),
    Phase.of(State.SETTLED),
    Phase.of(State.CANCELLED),
)  # fmt: skip
BY_CODE = {phase.code: phase for phase in PHASES}


def phase_of(task: Task, now: dt.datetime) -> Phase:
    """The tab a task is found under; the same answer as the condition gives, without a query."""
    if not task.is_published:
        return BY_CODE[task.state]
    if now < task.starts_at:
        return BY_CODE["open"]
    if now < task.ends_at:
        return BY_CODE["running"]
    return BY_CODE["to_verify" if task.places_taken else "unclaimed"]


def phase_counts(tasks: QuerySet[Task], now: dt.datetime) -> dict[str, int]:
    """How many tasks each tab holds, in one query."""
    counts = {phase.code: Count("pk", filter=phase.condition(now)) for phase in PHASES}
    return tasks.order_by().aggregate(**counts)


def awaiting_verification(
    tasks: QuerySet[Task], now: dt.datetime, claims: ClaimQuerySet | None = None
) -> QuerySet[Task]:
    """Tasks that ended with claims not decided yet, the oldest end (so the nearest deadline) first.

    `claims`: those that count, where it is not all: a desk waits only for its own people's.
    """
    among = Claim.objects.all() if claims is None else claims
    waiting = among.open().filter(task=OuterRef("pk"))
    ended = tasks.filter(BY_CODE["to_verify"].condition(now))
    return ended.filter(Exists(waiting)).order_by("ends_at", "pk")


def waiting_for(user: User, now: dt.datetime) -> QuerySet[Task]:
    """The same for one desk: the tasks it sees with claims of its own people to decide on."""
    return awaiting_verification(Task.objects.visible_to(user), now, Claim.objects.visible_to(user))
