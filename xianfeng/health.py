"""Is the platform well? Worker and beat leave stamps in the cache, /healthz compares their age."""

import time

from django.core.cache import cache

WORKER = "heartbeat:worker"
BEAT = "heartbeat:beat"
STAMP_LIFETIME = 24 * 3600  # seconds


def stamp(name: str) -> None:
    cache.set(name, time.time(), STAMP_LIFETIME)
