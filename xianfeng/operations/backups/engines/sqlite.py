"""SQLite: the online backup, never a copy of a file that is in use, and files that are put in place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shlex import quote
from typing import IO, ClassVar

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from xianfeng.lib.machine.private import keep_private
from xianfeng.operations.backups.engines.base import Config, Dump, Feed
from xianfeng.operations.backups.engines.standing import standing_in
from xianfeng.operations.backups.faults import Fault
from xianfeng.operations.backups.storing import private_file, sync

BESIDE = ("", "-wal", "-shm", "-journal")  # files that make up a database
# As the platform's own but for the journal: a copy stays one file.
ONE_FILE = "PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON;"


@dataclass(frozen=True)
class SQLite:
    config: Config
    name: ClassVar[str] = "sqlite"
    file: ClassVar[str] = "database.sqlite3"
    growth: ClassVar[int] = 1  # the dump is the file itself

    @property
    def path(self) -> Path:
        return Path(str(self.config["NAME"]))

    @property
    def database(self) -> str:
        return self.path.name

    def made_by(self) -> str:
        return f"sqlite {sqlite3.sqlite_version}"

    def size(self) -> int:
        files = [Path(f"{self.path}{part}") for part in BESIDE]
        return sum(file.stat().st_size for file in files if file.exists())

    @contextmanager
    def snapshot(self, room: Path) -> Iterator[Dump]:
        copy = room / self.file
        with private_file(copy):
            pass
        copy_online(self.path, copy)
        with standing_in(self._one_file(copy)):
            yield partial(opened, copy)

    def create(self, purpose: str) -> Config:
        """In the platform's own folder; beside the file in use where it is to take its place."""
        folder = Path(settings.VAR_DIR) / "operations"
        keep_private(folder)
        config = self._one_file(
            (self.path.parent if purpose == "restoring" else folder) / self._named(purpose)
        )
        self.drop(config)
        return config

    def drop(self, config: Config) -> None:
        for part in BESIDE:
            Path(f"{config['NAME']}{part}").unlink(missing_ok=True)

    def load(self, config: Config, feed: Feed) -> None:
        with private_file(Path(config["NAME"])) as file:
            feed(file)
        # By Django's connection: indexes are of its functions.
        with standing_in(config) as connection, connection.cursor() as cursor:
            said = cursor.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if said != "ok":
            raise Fault(_("恢复出来的数据库文件已损坏：%(error)s") % {"error": said}, "damaged")

    def check_unused(self) -> None:
        """Leaving the write-ahead log needs the file for oneself alone; the next connection returns to it."""
        connections["default"].close()
        if not self.path.exists():
            return
        try:
            with closing(sqlite3.connect(self.path, timeout=0)) as connection:
                alone = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
        except sqlite3.OperationalError:
            alone = False
        if not alone:
            text = _(
                "还有程序在使用数据库 %(name)s。请先停止平台（在 make run 的窗口按 Ctrl-C），再执行一次。"
            )
            raise Fault(text % {"name": self.path}, "in_use")

    def put_in_place(self, config: Config, stamp: str) -> str:
        self.check_unused()
        former = self.path.with_name(self._named(f"before-{stamp}"))
        if self.path.exists():
            os.link(self.path, former)
        Path(config["NAME"]).replace(self.path)
        sync(self.path.parent)
        return str(former)

    def drop_former(self, name: str) -> None:
        Path(name).unlink(missing_ok=True)

    def how_to_drop(self, name: str) -> str:
        return f"rm {quote(name)}"

    def _named(self, purpose: str) -> str:
        return f"{self.path.name}.{purpose}"

    def _one_file(self, path: Path) -> Config:
        return {
            **self.config,
            "NAME": str(path),
            "OPTIONS": {**self.config["OPTIONS"], "init_command": ONE_FILE},
        }


def copy_online(source: Path, target: Path) -> None:
    """All pages in one step: one read transaction, beside which writers go on."""
    with closing(sqlite3.connect(source, timeout=20)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        yield file
