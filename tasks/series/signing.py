"""A member takes a place on every date of a series, or gives all of them back.

Each date is claimed by itself, by the rules of any task and in a transaction of its own: what one date
refuses stops no other, a lock is held no longer than for one claim, and doing it twice changes nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from members.models import Member, User
from tasks.claiming import claiming
from tasks.claiming.rules import AlreadyClaimed, NotInAudience, OfferWaits
from tasks.claiming.waiting import waiting
from tasks.models import Claim, Series, Task
from xianfeng.lib.refusal import Refusal


@dataclass
class Outcome:
    """How many dates it worked out for, and why not for the others."""

    done: int = 0
    refused: list[tuple[Task, Refusal]] = field(default_factory=list)


def dates_for(series: Series, member: Member, now: dt.datetime) -> QuerySet[Task]:
    """Which the member may sign up for, or soon may, in their order."""
    offered = Task.objects.for_member(member).filter(Task.SIGN_UP.not_over_at(now), series=series)
    return offered.order_by("starts_at", "id")


def places_of(series: Series, by: User, now: dt.datetime) -> QuerySet[Claim]:
    """What the person holds or waits for on dates that have not begun, the nearest first."""
    own = Claim.objects.live().filter(member__user=by, task__series=series, task__starts_at__gt=now)
    return own.select_related("member", "task__publisher", "task__wish").order_by("task__starts_at", "id")


def claim_all(series: Series, member: Member, *, by: User, now: dt.datetime | None = None) -> Outcome:
    """A place on each date that can be taken; what the member holds already is left alone."""
    at = now or timezone.now()

    def take(task: Task) -> bool:
        try:
            claiming.claim_own(task.pk, by=by, now=at)
        except (AlreadyClaimed, OfferWaits):
            return False
        return True

    return each(dates_for(series, member, at), take)


def leave_all(series: Series, *, by: User, reason: str = "", now: dt.datetime | None = None) -> Outcome:
    """Out of every date that has not begun; a late one needs the reason, as when it is left alone."""
    at = now or timezone.now()
    places = {claim.task: claim for claim in places_of(series, by, at)}

    def leave(task: Task) -> bool:
        claim = places[task]
        if claim.is_waiting:
            waiting.leave(claim, by=by, now=at)
        elif claim.is_offered:
            waiting.decline(claim, by=by, now=at)
        else:
            claiming.withdraw(claim, by=by, reason=reason, now=at)
        return True

    return each(places, leave)


def each(dates: Iterable[Task], act: Callable[[Task], bool]) -> Outcome:
    outcome = Outcome()
    for task in dates:
        try:
            outcome.done += act(task)
        except NotInAudience:  # moved away meanwhile: it is not on the page any more either
            continue
        except Refusal as refusal:
            outcome.refused.append((task, refusal))
    return outcome
