"""Which pg_dump is taken, and what is said where none fits."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xianfeng.operations.backups import engines, faults
from xianfeng.operations.backups.engines import programs
from xianfeng.operations.backups.engines.programs import arguments, program, reading, writing
from xianfeng.operations.backups.tests.test_backup import refusal

Install = Callable[..., Path]
CONFIG = {"NAME": "city", "ENGINE": "django.db.backends.postgresql"}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Install:
    """A program that says this version, and does what the script says otherwise."""
    settings.PG_BIN = ""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(programs, "DEBIAN", tmp_path / "debian")

    def put(version: str, folder: str = "path", name: str = "pg_dump", script: str = "") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        says = f"{name} (PostgreSQL) {version}"
        path.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{says}"; exit; fi\n{script}\n')
        path.chmod(0o755)
        return path

    return put


def test_the_same_major_version_comes_first(install: Install):
    install("18.1")
    same = install("15.20 (Debian 15.20-0+deb12u1)", "debian/15/bin")
    assert program("pg_dump", 15) == (same, "15.20")


def test_a_newer_one_does_an_older_one_does_not(install: Install):
    newer = install("17.2")
    install("14.3", "debian/14/bin")
    assert program("pg_dump", 15)[0] == newer
    assert refusal(lambda: program("pg_dump", 18)).code == "old_program"


def test_an_older_one_is_named_with_what_to_do(install: Install):
    install("13.4")
    fault = refusal(lambda: program("pg_dump", 15))
    assert fault.code == "old_program"
    assert "13.4" in fault.message
    assert "postgresql-client-15" in fault.message
    assert "PG_BIN" in fault.message


def test_none_at_all_is_said_with_what_to_install(install: Install):
    fault = refusal(lambda: program("pg_dump", 15))
    assert fault.code == "no_program"
    assert "apt install postgresql-client-15" in fault.message
    broken = install("15.1")
    broken.write_text("#!/nowhere\n")
    assert refusal(lambda: program("pg_dump", 15)).code == "no_program"


def test_a_folder_that_is_named_is_the_only_one(install: Install, settings: Any, tmp_path: Path):
    install("15.1")
    chosen = install("16.1", "chosen")
    settings.PG_BIN = str(tmp_path / "chosen")
    assert program("pg_dump", 15)[0] == chosen


def test_the_password_is_on_no_command_line():
    config = engines.at("postgres://xf:s%20e'cret@db.example.org:5433/city?sslmode=verify-full")
    words, environment = arguments(config)
    assert environment["PGPASSWORD"] == "s e'cret"
    assert not any("cret" in word for word in words)
    assert "sslmode=verify-full" in words[0]
    assert "host=db.example.org" in words[0]
    assert "dbname=city" in words[0]


def test_what_is_printed_for_the_former_database_is_copied_as_it_is(settings: Any):
    engine = engines.engine_of(engines.at("postgres://xf:secret@db.example.org:5433/city"))
    words = shlex.split(engine.how_to_drop("city_before_1"))
    assert words[0] == "psql"
    settings.IS_PRODUCTION = True
    printed = engine.how_to_drop("city_before_1")
    assert shlex.split(printed) == ["runuser", "-u", faults.service_user(), "--", *words]
    assert "secret" not in printed
    assert {"user=xf", "dbname=postgres", "host=db.example.org", "port=5433"} <= set(
        words[1].removeprefix("--dbname=").split()
    )
    assert words[2:] == ["-c", 'DROP DATABASE "city_before_1"']


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(programs, "arguments", lambda _config: ([], {"PATH": "/usr/bin:/bin"}))
    return CONFIG


def test_what_the_program_says_of_its_failure_is_passed_on(install: Install, config: dict[str, Any]):
    path = install(
        "15.1", script="echo part; echo 'pg_dump: error: server closed the connection' >&2; exit 1"
    )
    read: list[bytes] = []

    def dump() -> None:
        with reading(config, path) as stream:
            read.append(stream.read())

    assert "server closed the connection" in refusal(dump).message
    assert read == [b"part\n"]


def test_a_reader_that_gives_up_is_heard(install: Install, config: dict[str, Any]):
    path = install("15.1", name="pg_restore", script="echo 'pg_restore: error: not an archive' >&2; exit 1")
    feed = lambda stream: [stream.write(b"x" * 65536) for _each in range(100)]  # noqa: E731
    assert "not an archive" in refusal(lambda: writing(config, path, feed)).message


def test_a_program_is_not_left_running_where_its_reader_breaks_off(install: Install, config: dict[str, Any]):
    path = install("15.1", script="while :; do echo x; done")
    with pytest.raises(ZeroDivisionError), reading(config, path) as stream:
        stream.read(1)
        raise ZeroDivisionError
