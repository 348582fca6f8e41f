"""`manage.py run` with its real processes: all parts come up, and nothing outlives the launcher."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

pytestmark = pytest.mark.processes
# Seconds until what should come is missed. Nothing waits so long where it comes, however busy the machine.
PATIENCE = 600.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition: Callable[[], bool], timeout: float = PATIENCE) -> bool:
    """Poll, since other processes can only be watched; False after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


class Platform:
    """One run of the launcher on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        keep = ("PATH", "HOME", "LANG", "TMPDIR", "PYENV_ROOT", "LD_LIBRARY_PATH")
        self.environment = {
            **{name: os.environ[name] for name in keep if name in os.environ},
            "VAR_DIR": str(folder),
            "SECURE": "false",  # as in the file that `make run` generates
            "SECRET_KEY": "launcher-" * 10,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.family: list[psutil.Process] = []

    def start(self) -> None:
        command = [sys.executable, "manage.py", "run", "--no-demo", f"--port={self.port}"]
        with (self.folder / "run.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log
            )
        assert until(self.is_whole), f"{self.health()}\n{self.log()}"
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def health(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return json.load(answer)
        except (OSError, urllib.error.URLError):
            return {}

    def is_whole(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log()
        return {*self.health().values()} == {"ok"}

    def signal(self, number: int) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def living(self) -> list[psutil.Process]:
        return [p for p in self.family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def log(self) -> str:
        return (self.folder / "run.log").read_text(errors="replace")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    platform = Platform(tmp_path)
    yield platform
    if platform.process and platform.process.poll() is None:
        platform.process.kill()
    for process in platform.living():
        process.kill()


def test_it_comes_up_whole_stops_whole_and_keeps_its_data(platform: Platform):
    platform.start()
    names = " ".join(" ".join(process.cmdline()) for process in platform.family)
    assert all(part in names for part in ("gunicorn", "celery", "valkey-server"))
    assert platform.signal(signal.SIGINT) == 0, platform.log()
    assert platform.living() == []
    database = (platform.folder / "db.sqlite3").stat()

    platform.start()
    assert (platform.folder / "db.sqlite3").stat().st_ino == database.st_ino
    assert platform.signal(signal.SIGTERM) == 0, platform.log()
    assert platform.living() == []


def test_nothing_outlives_a_launcher_that_is_killed_and_the_next_one_starts(platform: Platform):
    platform.start()
    platform.signal(signal.SIGKILL)
    assert until(lambda: platform.living() == []), platform.living()
    platform.start()


def test_a_second_launcher_is_refused_and_a_part_that_dies_is_started_again(platform: Platform):
    platform.start()
    second = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "run", f"--port={free_port()}"],
        cwd=settings.BASE_DIR,
        env=platform.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert platform.health()["status"] == "ok"

    worker = next(p for p in platform.family if "worker" in p.cmdline())
    worker.kill()
    assert platform.process
    launcher = psutil.Process(platform.process.pid)
    assert until(lambda: any(p.pid != worker.pid and "worker" in p.cmdline() for p in launcher.children())), (
        platform.log()
    )
    assert "worker ended with -9 and is started again" in platform.log()
