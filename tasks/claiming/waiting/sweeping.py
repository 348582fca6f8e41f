"""What the clock does to waiting lists: offers lapse, lists end, and free places are offered."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.claiming import messages
from tasks.claiming.offering import locked, overtaken, pass_on, take_back
from tasks.models import Claim, ClaimEvent, Task
from xianfeng.lib.transitions import move_all

State = Claim.State


def sweep(now: dt.datetime | None = None) -> int:
    """Bring every list up to date, each in a transaction of its own; says how many were due. Idempotent."""
    at = now or timezone.now()
    tasks = due(at)
    for task_id in tasks:
        renew(task_id, at)
    return len(tasks)


def due(now: dt.datetime) -> list[int]:
    """Tasks with an offer to end, a list to end, or a place that lies open while somebody waits."""
    lapsed = Q(state=State.OFFERED, offered_until__lte=now)
    is_over = Q(task__starts_at__lte=now) | Q(task__signup_closes_at__lte=now)
    has_place = Q(state=State.WAITING, task__in=Task.objects.with_free_places())
    pending = Claim.objects.pending().filter(lapsed | is_over | has_place)
    return sorted(set(pending.order_by().values_list("task", flat=True)))


@transaction.atomic
def renew(task_id: int, now: dt.datetime) -> None:
    """End what is over and pass on what came free, under the task's row."""
    task = locked(task_id)
    is_over = now >= task.last_entry
    offers = Claim.objects.filter(task=task, state=State.OFFERED).select_related("member__user")
    lapse(list(offers if is_over else offers.filter(offered_until__lte=now)), task, now)
    if is_over:
        end(list(Claim.objects.in_line().filter(task=task).select_related("member__user")), task, now)
    else:
        pass_on(task_id, now)


def lapse(claims: Collection[Claim], task: Task, now: dt.datetime) -> None:
    """Silence is a no: the place goes on, and its holder may get in line anew."""
    for claim in claims:
        claim.task = task
        take_back(claim, State.EXPIRED, by=None, now=now, note=_("没有按时确认"))
    messages.tell_lapsed(task, claims)


def end(claims: Collection[Claim], task: Task, now: dt.datetime) -> None:
    """Nobody comes in any more."""
    move_all(
        claims,
        State.EXPIRED,
        allowed={State.WAITING},
        event=ClaimEvent,
        by=None,
        at=now,
        note=_("接单已截止，没有轮到"),
        refusal=overtaken,
    )
    messages.tell_ended(task, claims)
