"""pg_dump and pg_restore: which of those on the machine fits the server, and running it."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from xianfeng.operations.backups.engines.base import Config, Feed
from xianfeng.operations.backups.engines.standing import wrapper
from xianfeng.operations.backups.faults import Fault

DEBIAN = Path("/usr/lib/postgresql")  # a folder for each major version


def program(name: str, server: int) -> tuple[Path, str]:
    """The program, and its version, for a server of this major version. Raises Fault.

    The same major version first: a newer pg_dump reads an older server, but writes what that does not take
    back. An older one refuses.
    """
    found = sorted((major, path, version) for path in places(name) for major, version in version_of(path))
    if not found:
        text = _("没有找到 %(name)s。请安装 PostgreSQL 客户端：apt install postgresql-client-%(server)s")
        raise Fault(text % {"name": name, "server": server}, "no_program")
    fitting = [(path, version) for major, path, version in found if major >= server]
    if not fitting:
        text = _(
            "%(name)s 是 %(version)s，比数据库服务器（%(server)s）旧，不能用。"
            "请安装 postgresql-client-%(server)s，或用 PG_BIN 指明新版本所在的目录。"
        )
        raise Fault(text % {"name": name, "version": found[-1][2], "server": server}, "old_program")
    return fitting[0]


def places(name: str) -> list[Path]:
    """Where it may lie: in PG_BIN alone where that is set."""
    if settings.PG_BIN:
        folders = [Path(settings.PG_BIN)]
    else:
        folders = [Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part]
        folders += sorted(DEBIAN.glob("*/bin"))
    return [folder / name for folder in folders if (folder / name).is_file()]


def version_of(path: Path) -> Iterator[tuple[int, str]]:
    """Major and whole version; nothing of a program that does not start."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return
    if match := re.search(r"(\d+)(\.\d+)*", said):
        yield int(match[1]), match[0]


def arguments(config: Config) -> tuple[list[str], dict[str, str]]:
    """Which server and as whom, as Django connects: on the command line, but for the password."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    values = {name: value for name, value in wrapper(config).get_connection_params().items() if name in known}
    password = values.pop("password", "")
    secret = {"PGPASSWORD": str(password)} if password else {}
    return [f"--dbname={make_conninfo(**values)}", "--no-password"], {**os.environ, **secret}


@contextmanager
def reading(config: Config, path: Path, *options: str) -> Iterator[IO[bytes]]:
    """What the program writes, as a stream. Raises Fault where it ends badly."""
    words, environment = arguments(config)
    with TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            [path, *words, *options], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=errors,
        )  # fmt: skip
        with ending(process):
            assert process.stdout is not None  # noqa: S101
            yield process.stdout
        check_ended(process, errors, path)


def writing(config: Config, path: Path, feed: Feed, *options: str) -> None:
    """Let `feed` write into the program. Raises Fault where it ends badly."""
    words, environment = arguments(config)
    with TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            [path, *words, *options], env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=errors,
        )  # fmt: skip
        with ending(process):
            assert process.stdin is not None  # noqa: S101
            try:
                feed(process.stdin)
                process.stdin.close()
            except BrokenPipeError:
                process.wait()  # it gave up: what it says about it follows
        check_ended(process, errors, path)


@contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """It ends with what it is for: none is left behind where that breaks off."""
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        for pipe in filter(None, (process.stdout, process.stdin)):
            try:
                pipe.close()
            except BrokenPipeError:
                continue
        process.wait()


def check_ended(process: subprocess.Popen[bytes], errors: IO[bytes], path: Path) -> None:
    if process.returncode == 0:
        return
    errors.seek(0)
    said = errors.read().decode(errors="replace").strip().splitlines()
    text = _("%(name)s 没有做完（退出码 %(code)s）：%(error)s")
    error = next((line for line in said if "error" in line.lower()), said[-1] if said else "")
    raise Fault(text % {"name": path.name, "code": process.returncode, "error": error}, "program_failed")
