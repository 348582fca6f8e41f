"""Redis that refuses or hangs costs one caller a moment, not every caller."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Breaker:
    """Open while the other side is taken to be away; after `pause` seconds one caller tries again.

    A library for this (pybreaker) holds its lock during the call: with a frozen broker the threads of
    a process would wait in a row.
    """

    pause: float  # seconds
    _try_at: float | None = field(default=None, init=False)  # monotonic; None while all is well
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def lets_through(self) -> bool:
        """May this caller ask the other side? Of those who come after the pause, the first one."""
        with self._lock:
            if self._try_at is None:
                return True
            if time.monotonic() < self._try_at:
                return False
            self._try_at = time.monotonic() + self.pause
            return True

    def failed(self) -> bool:
        """The other side did not answer. Whether this is news."""
        with self._lock:
            was_well, self._try_at = self._try_at is None, time.monotonic() + self.pause
            return was_well

    def answered(self) -> bool:
        """The other side answered. Whether this is news."""
        with self._lock:
            was_away, self._try_at = self._try_at is not None, None
            return was_away
