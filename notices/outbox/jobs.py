"""Background work of the outbox."""

import logging
import time

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache

from notices.models import Delivery
from notices.outbox import delivering
from notices.outbox.messages import KICKED
from xianfeng.lib import queue
from xianfeng.lib.broker.turns import turn_at

log = logging.getLogger(__name__)

# One run ends after so long, and what is left gets in line again: a slow server holds a worker no longer.
RUN = 60  # seconds
# A mail server may be silent for 20 s at each step of one mail; a turn whose owner died is free after this.
SILENCE = 90  # seconds


@shared_task(name="notices.deliver")
def deliver() -> None:
    """Deliver what is due. Beat asks every half minute: a lost kick or a dead worker loses nothing."""
    cache.delete(KICKED)
    for channel in Delivery.Channel.values:
        try:
            drain(channel)
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # one channel that fails keeps no other back
            log.exception("Draining %s failed.", channel)


def drain(channel: str) -> None:
    """Deliver on one channel for a while, unless another worker does."""
    ends = time.monotonic() + RUN
    with turn_at(f"drain:{channel}", seconds=SILENCE) as turn:
        if turn is None:
            return
        delivering.drain(channel, lambda: turn.prolong() and time.monotonic() < ends)
    # Broken off, or written while this one looked for the last time and another found the turn taken.
    if delivering.is_due(channel):
        queue.hand_out("notices.deliver")
