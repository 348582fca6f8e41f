"""A new release goes live while people click: the web server is reloaded, and no request fails."""

import os
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tools.tests.chaos.parts import Part
from tools.tests.chaos.people import Browser
from tools.tests.chaos.stage import Stage

CLIENTS = 6
BETWEEN = 500  # requests from one reload to the next: the new processes have come up meanwhile


@dataclass
class Clicks:
    """Requests of several people until there are enough of them."""

    port: int
    stage: Stage
    most: int
    answers: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.click, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def click(self, number: int) -> None:
        _member, session = self.stage.members[number]
        browser = Browser(self.port, session)
        while self.count() < self.most:
            task = self.stage.offers[self.count() % len(self.stage.offers)]
            asks = (lambda: browser.get("/livez"), lambda t=task: browser.post(f"/me/tasks/{t}/claim/"))
            for ask in asks:
                status = ask().status
                with self.lock:
                    self.answers[status] += 1

    def count(self) -> int:
        return sum(self.answers.values())


def reload_under_load(web: Part, port: int, stage: Stage, requests: int) -> list[str]:
    """Returns what failed; prints the count."""
    clicks = Clicks(port, stage, requests)
    threads, reloads = clicks.start(), 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.05)
        if clicks.count() >= (reloads + 1) * BETWEEN and (pid := web.pid()):
            os.kill(pid, signal.SIGHUP)
            reloads += 1
    print(f"{clicks.count()} requests during {reloads} reloads: {dict(clicks.answers)}", flush=True)
    bad = {status: count for status, count in clicks.answers.items() if status not in (200, 302)}
    return [f"requests failed: {bad}"] if bad else []
