"""The whole platform on this machine: `make run`."""

import fcntl
import http.client
import io
import logging
import socket
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from members.models import Organization
from tools.demo import logins
from xianfeng.launcher import Broker, Launcher, LaunchError, web, workers
from xianfeng.lib.machine.embedded import ServerError, Valkey
from xianfeng.lib.web import static

logger = logging.getLogger(__name__)

WORD_EVERY = 60.0  # seconds


class Command(BaseCommand):
    help = "Start the platform: embedded broker, migrations, demo city, web server, worker and beat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, host: str, port: int, no_demo: bool, **options: Any) -> None:
        launcher = Launcher()
        launcher.catch_signals()
        with only_one(), stopping(launcher):
            refuse_taken_port(host, port)
            try:
                self.launch(launcher, host, port, demo=not no_demo)
                launcher.watch()
            except (LaunchError, ServerError) as error:
                raise CommandError(str(error)) from error
            self.stdout.write("正在停止……")
        self.stdout.write("已停止。")

    def launch(self, launcher: Launcher, host: str, port: int, *, demo: bool) -> None:
        if settings.IS_EMBEDDED_BROKER:
            launcher.start(Broker(Valkey.for_var(settings.VAR_DIR)))
        self.prepare(demo=demo)
        if launcher.told_to_stop.is_set():
            return
        for child in (web(host, port), *workers()):
            launcher.start(child)
        if wait_until_served(launcher, host, port):
            self.announce(host, port)

    def prepare(self, *, demo: bool) -> None:
        """Everything a fresh clone lacks; nothing on a second run."""
        self.stdout.write("正在准备数据库……")
        if is_behind():
            call_command("migrate", interactive=False, verbosity=0)
        if not settings.DEBUG:
            static.collect()
        if demo and not Organization.objects.exists():
            self.load_demo()
        # The children open their own connections; one kept here would only hold a lock on the file.
        connections.close_all()

    def load_demo(self) -> None:
        self.stdout.write("首次启动，正在生成演示城市，约需一两分钟……")
        self.stdout.flush()
        # Its log-ins are printed once the portal answers, not a screen above.
        call_command("demo", scale="small", stdout=io.StringIO())

    def announce(self, host: str, port: int) -> None:
        for line in table(logins()):
            self.stdout.write(line)
        self.stdout.write(f"\n先锋微家已启动：http://{host}:{port}/  （按 Ctrl-C 停止）")
        self.stdout.flush()


def is_behind() -> bool:
    """Is there a migration to apply? Asking costs far less than running `migrate` for nothing."""
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def only_one() -> Iterator[None]:
    """Two launchers on one var/ would fight over its files. Raises CommandError for the second."""
    with (settings.VAR_DIR / "launcher.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(f"The platform already runs on {settings.VAR_DIR}.") from error
        yield


@contextmanager
def stopping(launcher: Launcher) -> Iterator[None]:
    try:
        yield
    finally:
        launcher.stop()


def refuse_taken_port(host: str, port: int) -> None:
    """Raises CommandError where something else listens: gunicorn would retry without a word."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Port {port} on {host} is taken; set PORT to another one.") from error


def is_served(host: str, port: int) -> bool:
    """Does the portal answer at all? What it answers is for /healthz's readers."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    name = next(iter(settings.ALLOWED_HOSTS), host).lstrip(".")
    try:
        connection.request("GET", "/healthz", headers={"Host": name})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def wait_until_served(launcher: Launcher, host: str, port: int) -> bool:
    """True as soon as the portal answers; False when told to stop. Raises LaunchError where a part gives up.

    A busy machine may take its time: a part that cannot start ends, and one that lives is waited for.
    """
    started = said = time.monotonic()
    while not launcher.told_to_stop.wait(0.2):
        if is_served(host, port):
            return True
        launcher.revive()
        if time.monotonic() - said > WORD_EVERY:
            said = time.monotonic()
            logger.warning("The portal does not answer yet, after %.0f s.", said - started)
    return False


def width(text: str) -> int:
    """Columns that `text` takes in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines with the columns of `rows` under one another."""
    texts = [[str(cell) for cell in row] for row in rows]
    columns = [max(map(width, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (cell + " " * (space - width(cell)) for cell, space in zip(row, columns, strict=True))
        yield "  ".join(cells).rstrip()
