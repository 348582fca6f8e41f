"""Several people at the same moment, each on a connection of their own."""

import threading
from collections.abc import Callable

from django.db import connection

from xianfeng.lib.refusal import Refusal


def together(*actions: Callable[[], object]) -> list[str]:
    """Run all at once; the refusal's code of each in order of the alphabet, "" for success."""
    gate, codes = threading.Barrier(len(actions)), []

    def run(action: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=10)
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
        thread.join(timeout=30)
    return sorted(codes)
