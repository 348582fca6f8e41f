"""PostgreSQL: pg_dump of an exported snapshot, and databases that are made, filled and renamed."""

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import Error as DatabaseFailed
from django.db import connections, transaction
from django.utils.translation import gettext as _

from xianfeng.operations.backups.engines.base import Config, Dump, Feed
from xianfeng.operations.backups.engines.programs import arguments, program, reading, writing
from xianfeng.operations.backups.engines.standing import standing_in, wrapper
from xianfeng.operations.backups.faults import Fault, service_user

LONGEST_NAME = 63  # characters of an identifier
# Vacuum of the server's own makes way by itself.
CLIENTS = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
ATTEMPTS, PAUSE = 30, 0.1  # seconds
INTO = ("--no-owner", "--no-privileges")


@dataclass(frozen=True)
class PostgreSQL:
    config: Config
    name: ClassVar[str] = "postgresql"
    file: ClassVar[str] = "database.dump"
    growth: ClassVar[int] = 4  # the dump is compressed, and holds no index

    @property
    def database(self) -> str:
        return str(self.config["NAME"])

    def made_by(self) -> str:
        return f"pg_dump {program('pg_dump', self._server())[1]}"

    def size(self) -> int:
        return int(self._ask("SELECT pg_database_size(%s)", [self.database])[0][0])

    @contextmanager
    def snapshot(self, room: Path) -> Iterator[Dump]:
        path, _version = program("pg_dump", self._server())
        with standing_in(self.config) as connection, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            options = ("--format=custom", f"--snapshot={cursor.fetchone()[0]}", *INTO)
            yield partial(reading, self.config, path, *options)

    def create(self, purpose: str) -> Config:
        config = {**self.config, "NAME": self._beside(purpose)}
        self.drop(config)
        sort = self._ask("SELECT datcollate, datctype FROM pg_database WHERE datname = %s", [self.database])
        order = f" LC_COLLATE {literal(sort[0][0])} LC_CTYPE {literal(sort[0][1])}" if sort else ""
        self._tell(f"CREATE DATABASE {quoted(config['NAME'])} TEMPLATE template0 ENCODING 'UTF8'{order}")
        return config

    def drop(self, config: Config) -> None:
        self._tell(f"DROP DATABASE IF EXISTS {quoted(config['NAME'])}")

    def load(self, config: Config, feed: Feed) -> None:
        path, _version = program("pg_restore", self._server())
        writing(config, path, feed, "--exit-on-error", "--single-transaction", *INTO)
        with standing_in(config) as connection, connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # plans made without figures of the tables are slow ones

    def check_unused(self) -> None:
        connections["default"].close()
        # A connection that was closed just now is listed for a moment longer.
        for _attempt in range(ATTEMPTS):
            if not (count := self._ask(CLIENTS, [self.database])[0][0]):
                return
            time.sleep(PAUSE)
        text = _(
            "数据库 %(name)s 上还有 %(count)s 个连接。请先停止网站、worker 和 beat"
            "（systemctl stop xianfeng.target），再执行一次。"
        )
        raise Fault(text % {"name": self.database, "count": count}, "in_use")

    def put_in_place(self, config: Config, stamp: str) -> str:
        self.check_unused()
        former = self._beside(f"before_{stamp}")
        self._tell(
            f"BEGIN; ALTER DATABASE {quoted(self.database)} RENAME TO {quoted(former)};"
            f" ALTER DATABASE {quoted(config['NAME'])} RENAME TO {quoted(self.database)}; COMMIT"
        )
        return former

    def drop_former(self, name: str) -> None:
        self.drop({**self.config, "NAME": name})

    def how_to_drop(self, name: str) -> str:
        address, _environment = arguments({**self.config, "NAME": "postgres"})
        words = ["psql", address[0], "-c", f"DROP DATABASE {quoted(name)}"]
        as_user = ["runuser", "-u", service_user(), "--"] if settings.IS_PRODUCTION else []
        return shlex.join(as_user + words)

    def _beside(self, purpose: str) -> str:
        return f"{self.database[: LONGEST_NAME - len(purpose) - 1]}_{purpose}"

    def _server(self) -> int:
        return int(self._ask("SELECT current_setting('server_version_num')::int / 10000")[0][0])

    def _ask(self, query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Of the server, by a database that is always there."""
        server = wrapper({**self.config, "NAME": "postgres"})
        try:
            with server.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            server.close()

    def _tell(self, statement: str) -> None:
        """Raises Fault where the role may not."""
        try:
            self._ask(statement)
        except DatabaseFailed as error:
            text = _(
                "数据库服务器拒绝了操作：%(error)s 演练和恢复要能建库、改库名："
                "请由 postgres 用户执行一次 ALTER ROLE %(role)s CREATEDB; 如果库还在用，先停掉用它的程序。"
            )
            facts = {"error": str(error).strip(), "role": self.config["USER"]}
            raise Fault(text % facts, "refused_by_server") from error


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
