"""Is the platform well? Worker and beat leave stamps in the cache, /healthz compares their age.

The worker stamps when it runs the heartbeat job, so its stamp proves that jobs are really done.
Beat stamps on each of its ticks (xianfeng/celery.py), so that a dead worker behind a living
beat, and the other way round, look different. All answers come within a second: connections
to a broker that is down are refused at once or time out after half a second.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

WORKER = "heartbeat:worker"
BEAT = "heartbeat:beat"
STALE_AFTER = 60.0  # seconds: three missed heartbeats and some room for a busy machine
STAMP_LIFETIME = 24 * 3600  # seconds
PROBE_TIMEOUT = 0.5  # seconds
OK, FAILED = "ok", "failed"
# What apps ask besides (`AppConfig.ready`): none of it takes the portal out.
MORE: dict[str, Callable[[], bool]] = {}


def stamp(name: str) -> None:
    """Note that `name` (WORKER or BEAT) is alive now."""
    cache.set(name, time.time(), STAMP_LIFETIME)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except (DatabaseError, InterfaceError):
        return False


def _probe() -> Redis:
    """A connection of its own: the cache's would wait longer and try again."""
    return Redis.from_url(
        settings.CACHE_URL,
        socket_connect_timeout=PROBE_TIMEOUT,
        socket_timeout=PROBE_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )


def broker_answers() -> bool:
    try:
        with _probe() as broker:
            return bool(broker.ping())
    except (RedisError, OSError):
        return False


def is_fresh(name: str) -> bool:
    """Was `name` stamped within the last minute?"""
    moment = cache.get(name)
    return moment is not None and time.time() - moment < STALE_AFTER


def report() -> dict[str, Any]:
    """The state of each part; ``status`` is failed where the database or the broker is."""
    broker = broker_answers()
    probes: dict[str, Callable[[], bool]] = {
        "database": database_answers,
        "broker": lambda: broker,
        # Without the broker there is no stamp to read, and asking would only wait.
        "worker": lambda: broker and is_fresh(WORKER),
        "beat": lambda: broker and is_fresh(BEAT),
        **MORE,
    }
    states = {name: OK if probe() else FAILED for name, probe in probes.items()}
    vital = states["database"] == states["broker"] == OK
    return {"status": OK if vital else FAILED, **states}
