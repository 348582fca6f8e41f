"""A worker process that kills itself at a chosen point.

``python -m notices.tests.worker PORT POINT N``.

It runs the same functions as the real one; only the wrapped call dies, at its N-th time, without a
chance to clean up (SIGKILL).
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

from xianfeng.testing.clock import go_to_test_date


def die_at(owner: Any, name: str, nth: int, *, after: bool) -> None:
    """The `nth` call of a function is the last thing this process does, before or after it happens."""
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


def arm(point: str, nth: int) -> None:
    from notices.outbox import couriers, delivering

    if point == "naive":  # the negative control: the row is marked only after the server's answer
        delivering.hand_over = lambda delivery: None
        die_at(delivering, "settle", nth, after=False)
        return
    points = {
        "after lease": (delivering, "take_batch", True, 1),
        "before hand-over": (delivering, "hand_over", False, nth),
        "after hand-over": (delivering, "hand_over", True, nth),
        "after the server's answer": (couriers, "transmit", True, nth),
        "after the mark": (delivering, "settle", True, nth),
    }
    if point in points:
        owner, name, after, count = points[point]
        die_at(owner, name, count, after=after)


def main(port: str, point: str, nth: str) -> None:
    go_to_test_date()
    django.setup()
    from django.conf import settings

    from notices.outbox import messages
    from notices.outbox.delivering import deliver_due
    from xianfeng.testing.mail import mailers

    settings.MAILERS = mailers(int(port))
    if point == "before the kick":
        from xianfeng.testing.cast import User

        die_at(messages, "kick", 1, after=False)
        user = User.objects.get(username="clerk")
        messages.send(messages.Message(user, "test", "killed before the kick", "标题", "正文"))
        return
    arm(point, int(nth))
    deliver_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
