"""Starts, watches and stops the processes of a platform on one machine, for `manage.py run`."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

from django.conf import settings

from xianfeng.lib.machine.embedded import Valkey, die_with_parent
from xianfeng.lib.queue import QUEUES

logger = logging.getLogger(__name__)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 15.0  # seconds a child has to finish what it does
MOST_RESTARTS = 3  # of one process, within RESTART_WINDOW
RESTART_WINDOW = 30.0  # seconds


class LaunchError(RuntimeError):
    """A child does not stay alive."""


class Process(Protocol):
    """What the launcher watches: a child process or the embedded server."""

    name: str

    def start(self) -> None: ...
    def ended(self) -> int | None: ...
    def ask(self) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Child:
    """A child in a process group of its own, which the kernel ends if the launcher dies hard."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def ended(self) -> int | None:
        """The exit code of a child that is no more, None of one that lives."""
        return self.process.poll() if self.process else None

    def ask(self) -> None:
        """Ask the leader to finish what it does and leave."""
        if self.process:
            self.process.terminate()

    def stop(self) -> None:
        """Wait for the leader, then end whatever is left of its group."""
        if self.process is None:
            return
        self.ask()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            logger.warning("%s did not stop in %.0f s and is killed.", self.name, GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


@dataclass
class Broker:
    """The embedded server as a watched process."""

    valkey: Valkey
    name: str = "broker"

    def start(self) -> None:
        self.valkey.start()

    def ended(self) -> int | None:
        return self.valkey.process.poll() if self.valkey.process else None

    def ask(self) -> None:
        """Nothing yet: the others still hand back their jobs."""

    def stop(self) -> None:
        self.valkey.stop()


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def web(host: str, port: int) -> Child:
    # Threads serve slow phones well and share the database connections of two processes.
    options = ["--preload", "--worker-class=gthread", "--workers=2", "--threads=4", "--timeout=60"]
    return Child(
        "web", python("gunicorn", "xianfeng.wsgi", f"--bind={host}:{port}", "--log-level=warning", *options)
    )


def celery(*arguments: str) -> list[str]:
    # Running as root is the user's choice on one machine; production has a user of its own.
    quiet = ["-W", "ignore:You're running the worker with superuser"]
    return [
        sys.executable,
        *quiet,
        "-m",
        "celery",
        "-A",
        "xianfeng",
        "--quiet",
        *arguments,
        "--loglevel=WARNING",
    ]


def workers() -> list[Child]:
    """One worker of threads on the embedded default, one of processes for each queue otherwise; and beat.

    Beat is a process of its own in both: `worker --beat` forks one as well, which then closes file
    handles that SQLite still counts on, and fails by chance with "disk I/O error".
    """
    is_embedded = settings.IS_EMBEDDED_BROKER and settings.IS_SQLITE
    schedule = f"--schedule={settings.CELERY_BEAT_SCHEDULE_FILENAME}"
    beat = Child("beat", celery("beat", schedule, "--pidfile="))
    if is_embedded:
        # Mail takes three threads at most, a drain each and the letters; the rest is for people who wait.
        return [worker("worker", ",".join(QUEUES), "--pool=threads", "--concurrency=6"), beat]
    return [worker(f"worker-{name}", name, "--pool=prefork", "--concurrency=2") for name in QUEUES] + [beat]


def worker(name: str, queues: str, *pool: str) -> Child:
    options = ["--queues", queues, "--hostname", f"{name}@%h", "--without-mingle", "--without-gossip"]
    return Child(name, celery("worker", *pool, *options))


class Launcher:
    """Keeps a list of processes alive until it is told to stop."""

    def __init__(self) -> None:
        self.processes: list[Process] = []
        self.told_to_stop = threading.Event()
        self.restarts: dict[str, deque[float]] = {}

    def catch_signals(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.told_to_stop.set()

    def start(self, process: Process) -> None:
        """Start `process` and watch it from now on."""
        self.processes.append(process)
        process.start()

    def watch(self, interval: float = 0.5) -> None:
        """Return when told to stop. Raises LaunchError when a process keeps ending."""
        while not self.told_to_stop.wait(interval):
            self.revive()

    def revive(self) -> None:
        """Start again what ended without being told to."""
        for process in self.processes:
            if (code := process.ended()) is None:
                continue
            if self.keeps_ending(process):
                raise LaunchError(f"{process.name} keeps ending (exit code {code}).")
            logger.error("%s ended with %s and is started again.", process.name, code)
            process.start()

    def keeps_ending(self, process: Process) -> bool:
        """Each is counted by itself: that the broker takes others along says nothing of them."""
        now = time.monotonic()
        restarts = self.restarts.setdefault(process.name, deque(maxlen=MOST_RESTARTS))
        too_often = len(restarts) == MOST_RESTARTS and now - restarts[0] < RESTART_WINDOW
        restarts.append(now)
        return too_often

    def stop(self) -> None:
        """Stop all in the reverse order of their start; a second signal changes nothing."""
        for process in reversed(self.processes):
            process.ask()
        for process in reversed(self.processes):
            process.stop()
        self.processes.clear()
