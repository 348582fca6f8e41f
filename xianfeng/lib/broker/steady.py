"""The shared cache, which goes on where Redis is away: each process then counts for itself.

In it lie limits, stamps and marks, nothing that cannot be missed. Limits keep a floor: an account behind
three web processes takes at worst three times as many guesses until Redis is back.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.retry import Retry

from xianfeng.lib.broker.breaker import Breaker

logger = logging.getLogger(__name__)

BREAKER = Breaker(pause=5)
# The connection that slept through a restart of the server is made anew; who hangs is not asked twice.
ONCE_MORE = Retry(NoBackoff(), 1, supported_errors=(Disconnected,))
MOST_KEPT = 100_000  # entries of one process; few enough to fit, too many to push a limit out with


def steadily(operation: str) -> Callable[..., Any]:
    """`operation` of Redis, or of this process alone while Redis is away."""

    def call(self: "SteadyCache", *args: Any, **kwargs: Any) -> Any:
        if BREAKER.lets_through():
            try:
                answer = getattr(super(SteadyCache, self), operation)(*args, **kwargs)
            except ValueError:  # a key that is not there: an answer like any other
                note_answer()
                raise
            except (RedisError, OSError) as error:
                if BREAKER.failed():
                    logger.error("The shared cache is away, each process counts for itself: %s", error)
            else:
                note_answer()
                return answer
        return getattr(self.own, operation)(*args, **kwargs)

    return call


def note_answer() -> None:
    if BREAKER.answered():
        logger.warning("The shared cache is back.")


class SteadyCache(RedisCache):
    """Django's Redis cache that raises nothing for a server that refuses, hangs or is gone."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": {"retry": ONCE_MORE} | params.get("OPTIONS", {})})
        self.own = LocMemCache("steady", params | {"OPTIONS": {"MAX_ENTRIES": MOST_KEPT}})

    add = steadily("add")
    get = steadily("get")
    set = steadily("set")
    touch = steadily("touch")
    delete = steadily("delete")
    get_many = steadily("get_many")
    has_key = steadily("has_key")
    incr = steadily("incr")
    set_many = steadily("set_many")
    delete_many = steadily("delete_many")
    _clear = steadily("clear")

    def clear(self) -> None:
        self.own.clear()
        self._clear()
