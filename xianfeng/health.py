"""Is the platform well? Workers and beat leave stamps in the cache, /healthz compares their age.

A worker stamps when it runs the heartbeat job of its queue, so its stamp proves that jobs are really
done. Beat stamps on each of its ticks (xianfeng/celery.py), so that a dead worker behind a living
beat, and the other way round, look different. All answers come within a second: connections
to a broker that is down are refused at once or time out after half a second.
"""

import shutil
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection

from xianfeng.lib import queue
from xianfeng.lib.queue import INTERACTIVE, MAIL, NIGHTLY

BEAT = "heartbeat:beat"
STALE_AFTER = 60.0  # seconds: three missed heartbeats and some room for a busy machine
# A heartbeat waits for a free process like any job. An import takes a minute, a run of mails ends after one,
# a nightly job may take the half hour that is every job's limit.
STALE_WORKER_AFTER = {INTERACTIVE: 3 * 60.0, MAIL: 5 * 60.0, NIGHTLY: 40 * 60.0}
STAMP_LIFETIME = 24 * 3600  # seconds
LEAST_FREE = 512 * 1024**2  # bytes on the disk of var/: room for two dozen rosters
OK, DEGRADED, FAILED = "ok", "degraded", "failed"
# What apps ask besides (`AppConfig.ready`): none of it takes the portal out.
MORE: dict[str, Callable[[], bool]] = {}


def worker_of(name: str) -> str:
    """The stamp that workers of this queue leave."""
    return f"heartbeat:worker:{name}"


def stamp(name: str) -> None:
    """Note that BEAT or a worker is alive now."""
    cache.set(name, time.time(), STAMP_LIFETIME)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except (DatabaseError, InterfaceError):
        return False


def is_fresh(name: str, within: float = STALE_AFTER) -> bool:
    """Was `name` stamped within so many seconds?"""
    moment = cache.get(name)
    return moment is not None and time.time() - moment < within


def has_room() -> bool:
    return shutil.disk_usage(settings.VAR_DIR).free >= LEAST_FREE


def report() -> dict[str, Any]:
    """The state of each part. ``status`` is failed where pages cannot be served, degraded where they can."""
    broker = queue.answers()

    def works(name: str) -> bool:
        # Without the broker there is no stamp to read, and asking would only wait.
        return broker and is_fresh(worker_of(name), STALE_WORKER_AFTER[name])

    probes: dict[str, Callable[[], bool]] = {
        "database": database_answers,
        "broker": lambda: broker,
        "worker": lambda: works(INTERACTIVE),
        "worker_mail": lambda: works(MAIL),
        "worker_nightly": lambda: works(NIGHTLY),
        "beat": lambda: broker and is_fresh(BEAT),
        "disk": has_room,
        **MORE,
    }
    states = {name: OK if probe() else FAILED for name, probe in probes.items()}
    whole = DEGRADED if FAILED in states.values() else OK
    return {"status": FAILED if states["database"] == FAILED else whole, **states}
