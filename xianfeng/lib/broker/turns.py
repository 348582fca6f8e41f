"""One at a time: what a slow server outside must not get all workers for."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Turn:
    """Held by who works; one whose holder died is free again after `seconds` without a word of it."""

    key: str
    seconds: int
    token: str

    def prolong(self) -> bool:
        """Always true: whoever works goes on, also where the cache has forgotten whose turn it is."""
        cache.touch(self.key, self.seconds)
        return True

    def end(self) -> None:
        if cache.get(self.key) == self.token:
            cache.delete(self.key)


@contextmanager
def turn_at(name: str, *, seconds: int) -> Iterator[Turn | None]:
    """The turn at `name`, or None while somebody else has it.

    It spares workers and is no guard: where two hold it (the cache went away), rows have leases.
    """
    turn = Turn(f"turn:{name}", seconds, str(uuid.uuid4()))
    if not cache.add(turn.key, turn.token, timeout=seconds):
        yield None
        return
    try:
        yield turn
    finally:
        turn.end()
