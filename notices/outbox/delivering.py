"""Deliver what the outbox holds: every message once, none lost, whichever moment a worker dies at.

    pending ──lease──▶ (server answers 354) ──commit──▶ handed_over ──(250)──▶ sent
       ▲                     │                              │ (4xx: later, 5xx: failed)
       └── lease runs out ───┘                              └── no answer: stays, for a person to decide

A worker killed before the commit has sent no text, so another may. One killed after it may or may not
have: that row is never sent again by itself.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from notices.models import Delivery
from notices.outbox.couriers import Courier, Forgotten, Refused, Unanswered, Unavailable, courier_for

logger = logging.getLogger(__name__)

BATCH = 100
# A batch must be done within its lease; what is left of a slow one goes back to the queue.
LEASE = dt.timedelta(minutes=5)
# The last moment to begin a mail: an SMTP transaction that hangs is given up long before its lease ends.
MARGIN = dt.timedelta(minutes=2)
BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
MAX_ATTEMPTS = 6


class LeaseLost(Exception):
    """The row was given to another worker, or a person took it in hand."""


def deliver_due() -> int:
    """Send what is due on every channel, one connection each. Returns how many were taken in hand."""
    return sum(drain(channel) for channel in Delivery.Channel.values)


def drain(channel: str, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Send batch after batch until nothing is due, the other side is gone or `goes_on` says no."""
    count = 0
    with closing(courier_for(channel)) as courier:
        while goes_on() and (batch := take_batch(channel)):
            count += len(batch)
            if not send_batch(batch, courier, goes_on):
                break
    return count


def is_due(channel: str) -> bool:
    """Does anything wait for its turn on this channel now?"""
    return Delivery.objects.due(timezone.now()).filter(channel=channel).exists()


def take_batch(channel: str) -> list[Delivery]:
    """Lease the oldest due rows for this worker alone."""
    now, lease = timezone.now(), str(uuid.uuid4())
    with transaction.atomic():
        # SKIP LOCKED lets workers pass each other; SQLite has one writer anyway.
        due = Delivery.objects.due(now).filter(channel=channel).order_by("due_at", "pk")
        pks = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=pks).update(lease=lease, leased_until=now + LEASE)
    leased = Delivery.objects.filter(pk__in=pks, lease=lease).order_by("due_at", "pk")
    return list(leased.select_related("notice__recipient"))


def send_batch(batch: list[Delivery], courier: Courier, goes_on: Callable[[], bool]) -> bool:
    """Whether the batch was done to its end, neither broken off nor left by the other side."""
    for position, delivery in enumerate(batch):
        if not goes_on():
            write(batch[position:], lease="", leased_until=None)
            return False
        try:
            send_one(delivery, courier)
        except Unavailable as error:
            postpone(batch[position:], str(error))
            return False
    return True


def send_one(delivery: Delivery, courier: Courier) -> None:
    """Carry one leased delivery and note how it ended. Raises Unavailable."""
    if delivery.leased_until is None or timezone.now() > delivery.leased_until - MARGIN:
        return  # the lease runs out; whoever comes next begins it afresh
    try:
        courier.carry(delivery, lambda: hand_over(delivery))
    except LeaseLost:
        logger.warning("Delivery %s was taken over by another worker.", delivery.pk)
    except Refused as error:
        refused(delivery, error)
    except Forgotten as error:
        settle(delivery, state=Delivery.State.DROPPED, error=str(error))
    except Unanswered as error:
        logger.error("Delivery %s may or may not have arrived: %s", delivery.pk, error)
        settle(delivery, error=words(delivery, error))
    else:
        settle(delivery, state=Delivery.State.SENT, sent_at=timezone.now(), error="")


def hand_over(delivery: Delivery) -> None:
    """Commit that the text leaves now. Raises LeaseLost when the row is no longer this worker's."""
    waiting, state = Q(state=Delivery.State.PENDING), Delivery.State.HANDED_OVER
    now, attempts = timezone.now(), F("attempts") + 1
    with transaction.atomic(durable=True):
        if write([delivery], waiting, state=state, handed_over_at=now, attempts=attempts) != 1:
            raise LeaseLost


def refused(delivery: Delivery, error: Refused) -> None:
    """Note a refusal: try again later, or give up after a final or a last one."""
    attempts = delivery.attempts + 1
    if error.for_good or attempts >= MAX_ATTEMPTS:
        settle(delivery, state=Delivery.State.FAILED, attempts=attempts, error=words(delivery, error))
        return
    settle(
        delivery,
        state=Delivery.State.PENDING,
        attempts=attempts,
        error=words(delivery, error),
        due_at=timezone.now() + back_off(attempts),
        handed_over_at=None,
    )


def postpone(deliveries: list[Delivery], error: str) -> None:
    """Give rows back that nobody could be given to; however long that lasts, none of them is lost."""
    logger.warning("%d deliveries wait: %s", len(deliveries), error)
    due_at = timezone.now() + back_off(1)
    write(deliveries, lease="", leased_until=None, due_at=due_at, error=error[:300])


def back_off(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts: a minute at first, eight hours at last."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def words(delivery: Delivery, error: Exception) -> str:
    """What the other side said, without the address: staff who read it see only masked contact data."""
    text = str(error)
    return (text.replace(delivery.address, "…") if delivery.address else text)[:300]


def settle(delivery: Delivery, **fields: Any) -> None:
    """Write the outcome and end the lease, if it still is this worker's."""
    write([delivery], lease="", leased_until=None, **fields)


def write(deliveries: Sequence[Delivery], guard: Q | None = None, **fields: Any) -> int:
    """The one way a worker changes rows of its batch; returns how many were still its own to change.

    Not `lib.transitions.move`: the lease is the guard here, and a line of history for every step of
    thousands of mails would say nothing that the row does not (handed_over_at, attempts, sent_at,
    error). DeliveryEvent tells what people did, who take the lease from a worker (`resending.move`).
    """
    mine = Delivery.objects.filter(pk__in=[each.pk for each in deliveries], lease=deliveries[0].lease)
    return mine.filter(guard or Q()).update(**fields)
