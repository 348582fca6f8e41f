"""Figures of the platform, each set against a floor measured in the same run.

Absolute times drift with the machine; the ratio to a floor does not. `manage.py bench` runs every part
in a process of its own against a scratch database of each kind and prints one table.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure. `bound` is the most (or, with `at_least`, the least) it may be."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False

    @property
    def ok(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def seconds(work: Callable[[], Any], runs: int = 1) -> float:
    """Median wall time of some runs."""
    times = []
    for _run in range(runs):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return median(times)
