"""Several people at the same moment, each on a connection of their own."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from xianfeng.lib.refusal import Refusal


def together(*actions: Callable[[], object]) -> list[str]:
    """Run all at once; the refusal's code of each in order of the alphabet, "" for success."""
    gate, codes = threading.Barrier(len(actions)), []

    def run(action: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=120)
            action()
            codes.append("")
        except Refusal as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    return sorted(codes)


def meeting() -> Callable[[], None]:
    """Where two come together unless something keeps the second from coming; the first goes on alone then."""
    place = threading.Barrier(2)

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            place.wait(timeout=1)

    return meet


def meets_before(module: object, name: str, meet: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Whoever is about to call this function of a module meets the other one first."""
    real = getattr(module, name)

    def met(*args: Any, **values: Any) -> object:
        meet()
        return real(*args, **values)

    patch.setattr(module, name, met)
