"""A part that is away, or a full disk: a page that says what to do, never a bare failure."""

import errno
import sqlite3
from collections.abc import Callable

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, OperationalError
from django.db.utils import ConnectionHandler
from django.test import Client
from django.urls import reverse

from members.models import ImportBatch
from notices.channels.letters import NotPosted
from xianfeng.lib.database.away import is_database_away, is_disk_full
from xianfeng.settings import database
from xianfeng.testing.cast import Cast


def refused() -> OperationalError:
    """What Django makes of a server that is not there."""
    nowhere = ConnectionHandler({"default": database("postgres://nobody@127.0.0.1:1/nothing")})
    with pytest.raises(OperationalError) as caught:
        nowhere["default"].ensure_connection()
    return caught.value


def raised_by(cause: type[Exception], **marks: object) -> OperationalError:
    """As Django wraps what a driver raises."""
    error, driver = OperationalError("…"), cause()
    for name, value in marks.items():
        setattr(driver, name, value)
    error.__cause__ = driver
    return error


@pytest.fixture
def stranger(db: None) -> Client:
    return Client(raise_request_exception=False)


def fails(error: Exception) -> Callable[..., None]:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    return fail


def test_without_a_database_the_page_says_when_to_come_again(
    stranger: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    stranger.force_login(cast.secretary)
    monkeypatch.setattr(SessionStore, "load", fails(refused()))
    answer = stranger.get(reverse("members:home"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "数据库正在重启或维护" in answer.content.decode()
    assert answer["Content-Security-Policy"] and "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("state", ["57P01", "08006", "53300", "40P01", "55P03", "57014"])
def test_what_passes_by_itself_is_no_fault_of_ours(state: str):
    assert is_database_away(raised_by(Exception, sqlstate=state))


@pytest.mark.parametrize("name", ["SQLITE_BUSY", "SQLITE_IOERR_WRITE", "SQLITE_CANTOPEN"])
def test_so_is_it_on_sqlite(name: str):
    assert is_database_away(raised_by(sqlite3.OperationalError, sqlite_errorname=name))


@pytest.mark.parametrize(
    "error",
    [
        raised_by(Exception, sqlstate="42703"),
        raised_by(sqlite3.OperationalError, sqlite_errorname="SQLITE_ERROR"),
        IntegrityError(),
        DatabaseError(),
        KeyError(),
        OSError(errno.ENOENT, "no such file"),
        None,
    ],
)
def test_a_fault_of_ours_stays_one(error: Exception | None):
    assert not is_database_away(error) and not is_disk_full(error)


def test_a_fault_of_ours_is_answered_as_one(stranger: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xianfeng.health.report", fails(KeyError("x")))
    answer = stranger.get(reverse("healthz"))
    assert answer.status_code == 500 and "系统出错了" in answer.content.decode()


def test_a_full_disk_is_told_and_nothing_is_half_there(
    stranger: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    stranger.force_login(cast.unit_clerk)
    monkeypatch.setattr(FileSystemStorage, "_save", fails(OSError(errno.ENOSPC, "No space left on device")))
    file = SimpleUploadedFile("roster.csv", "姓名\n李明\n".encode())
    answer = stranger.post(reverse("members:import_new"), {"kind": ImportBatch.Kind.ROSTER, "file": file})
    assert answer.status_code == 503
    assert "存储空间满了" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_mail_that_no_worker_takes_is_told(stranger: Client, monkeypatch: pytest.MonkeyPatch):
    """The broker went away between the look and the promise."""
    monkeypatch.setattr("xianfeng.health.report", fails(NotPosted()))
    answer = stranger.get(reverse("healthz"))
    assert answer.status_code == 503 and "邮件没有发出" in answer.content.decode()


def test_a_full_database_is_a_full_disk():
    full = sqlite3.connect(":memory:")
    full.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as caught:
        full.execute("CREATE TABLE t AS SELECT hex(zeroblob(100000)) AS x")
    assert is_disk_full(caught.value)
    assert is_disk_full(raised_by(Exception, sqlstate="53100"))
