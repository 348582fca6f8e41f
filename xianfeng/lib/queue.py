"""Handing work to a worker, by the job's name: who asks for work need not import who does it."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from xianfeng.lib.broker.breaker import Breaker
from xianfeng.lib.broker.steady import ONCE_MORE
from xianfeng.lib.machine.tracing import ASKED_AT

logger = logging.getLogger(__name__)

# Queues by nature, each with workers of its own: a slow mail server holds up no import, a long night no page.
INTERACTIVE, MAIL, NIGHTLY = QUEUES = ("celery", "mail", "nightly")
BREAKER = Breaker(pause=5)


class NotTaken(OSError):
    """The broker is away, and the page promised something that only a worker can do."""


def later(job: str, *arguments: object) -> None:
    """Have a worker do `job` once the present transaction is committed.

    A broker that is down loses nothing and fails nobody's request: there is an outbox row or an
    idempotent sweep behind every job.
    """
    transaction.on_commit(partial(hand_out, job, *arguments), robust=True)


def hand_out(job: str, *arguments: object) -> bool:
    """Put the job into the queue now. Whether the broker took it; one that is away is left alone a while."""
    return _asked(lambda: current_app.signature(job, args=arguments).apply_async())


def answers() -> bool:
    """Would the broker take a job now? For pages that promise one."""
    return _asked(_ping)


@dataclass(frozen=True)
class Waiting:
    """What lies in a queue and has not begun."""

    jobs: int
    oldest: float  # seconds since it was asked for; 0 where none waits


def waiting(name: str) -> Waiting:
    """Raises RedisError, also while the broker is left alone."""
    found: list[Waiting] = []
    if not _asked(lambda: found.append(_look(name))):
        raise RedisError("The broker is away.")
    return found[0]


def _look(name: str) -> Waiting:
    key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{name}"
    server = _server()
    jobs, last = server.llen(key), next(iter(server.lrange(key, -1, -1)), None)
    asked_at = json.loads(last)["headers"].get(ASKED_AT) if last else None
    return Waiting(jobs, max(0.0, time.time() - asked_at) if asked_at else 0.0)


def _ping() -> None:
    _server().ping()


@cache
def _server() -> Redis:
    """The broker itself: kombu's connections wait and try again for seconds until one is there."""
    patience = settings.BROKER_WRITE_TIMEOUT
    return Redis.from_url(
        settings.BROKER_SERVER_URL, socket_connect_timeout=patience, socket_timeout=patience, retry=ONCE_MORE
    )


def _asked(ask: Callable[[], object]) -> bool:
    if not BREAKER.lets_through():
        return False
    try:
        ask()
    except (OperationalError, RedisError, OSError) as error:
        if BREAKER.failed():
            logger.error("The broker is away, jobs wait for their sweeps: %s", error)
        return False
    if BREAKER.answered():
        logger.warning("The broker is back.")
    return True
