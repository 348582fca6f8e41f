"""What a backup holds, and that half of one is never taken for a whole."""

import datetime as dt
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyrage
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from flags import ledger
from flags.models import FlagEntry
from members.models import ImportBatch
from notices.models import Notice
from xianfeng.operations.backups import engines, facts, last_backup, media, records, shelf, storing, taking
from xianfeng.operations.backups.drilling import drill
from xianfeng.operations.backups.engines import postgresql
from xianfeng.operations.backups.faults import Busy, Fault
from xianfeng.operations.backups.shelf import Shelf
from xianfeng.operations.backups.taking import take
from xianfeng.operations.backups.tests.conftest import elsewhere, upload
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light, MakeAward, ledger_unguarded

pytestmark = pytest.mark.django_db(transaction=True)


def refusal(action: Callable[[], object]) -> Fault:
    with pytest.raises(Fault) as caught:
        action()
    return caught.value


def test_the_answer_has_the_keys_that_are_promised(city: Cast, folder: Path, capsys: Any):
    call_command("backup", str(folder), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {
        "ok", "directory", "engine", "started", "seconds", "database", "media", "ledger", "encrypted", "keys",
    }  # fmt: skip
    assert set(answer["database"]) == {"bytes", "sha256", "tables"}
    assert answer["database"]["tables"]["flags_flagentry"] == 3
    assert answer["media"] == {"files": 1, "bytes": 6, "missing": 0}
    assert answer["ledger"] == {"ok": True, "lines": 3, "head": FlagEntry.objects.get(seq=3).hash}
    assert (answer["ok"], answer["encrypted"], len(answer["keys"])) == (True, False, 1)
    assert Path(answer["directory"]).parent == folder


def test_people_read_what_to_do_next(city: Cast, folder: Path, capsys: Any):
    call_command("backup", str(folder))
    said = capsys.readouterr().out
    assert "红旗流水 3 条" in said
    assert "下一步" in said


def test_nobody_else_on_the_machine_reads_it_and_no_key_lies_in_it(city: Cast, folder: Path, settings: Any):
    directory = take(folder).directory
    for path in [folder, directory, *directory.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
        if path.is_file():
            for key in [*settings.FIELD_ENCRYPTION_KEYS, settings.SECRET_KEY]:
                assert key.encode() not in path.read_bytes()


def test_it_is_on_record_for_doctor_and_portal(city: Cast, folder: Path):
    assert last_backup() is None
    taken = take(folder)
    last = last_backup()
    assert last is not None
    assert last.ok
    assert str(taken.directory) in last.summary
    assert timezone.now() >= last.moment


# --- Never half -------------------------------------------------------------------------------------


KILLED = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from xianfeng.operations.backups import manifest, taking
manifest.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
taking.take(Path(sys.argv[1]))
"""


def address() -> str:
    """Of the database that this test runs on, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def test_killed_before_the_manifest_it_is_no_backup(city: Cast, folder: Path, settings: Any):
    good = take(folder).directory
    environment = {**os.environ, "DATABASE_URL": address(), "VAR_DIR": str(settings.VAR_DIR)}
    killed = subprocess.run(  # noqa: S603
        [sys.executable, "-c", KILLED, str(folder)], env=environment, cwd=settings.BASE_DIR, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    left = list(folder.glob(".partial-*"))
    assert len(left) == 1
    assert list(left[0].glob("database.*"))  # the dump was complete
    assert Shelf(folder).backups() == [good]
    take(folder)
    assert not list(folder.glob(".partial-*"))
    assert len(Shelf(folder).backups()) == 2


def test_what_breaks_leaves_nothing_half(city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(folder / "x"))

    monkeypatch.setattr(taking.storing, "store", full)
    fault = refusal(lambda: take(folder))
    assert fault.code == "no_space"
    assert "磁盘已满" in fault.message
    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert not list(records.folder().glob("backup-*"))


def test_a_slip_of_ours_is_told_as_well(city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(taking, "_fill", lambda *_: 1 / 0)
    assert refusal(lambda: take(folder)).code == "unexpected"
    last = last_backup()
    assert last is not None
    assert not last.ok


def test_the_last_block_that_does_not_fit_is_noticed_when_encrypting(tmp_path: Path):
    """The library writes it when its buffer is dropped, and says nothing."""

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    sink = storing.Sink(Full())
    recipient = pyrage.x25519.Identity.generate().to_public()
    with pytest.raises(OSError, match="No space"):
        storing._encrypt(io.BytesIO(b"little"), sink, [recipient])


def test_too_little_room_is_said_before_anything_is_written(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(100, 99, 1))
    monkeypatch.setattr(taking, "_fill", lambda *_: pytest.fail("it began"))
    fault = refusal(lambda: take(folder))
    assert fault.code == "no_space"
    assert "没有开始" in fault.message


def test_a_folder_that_is_not_ours_is_said(city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch):
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(shelf, "make_private", forbidden)
    fault = refusal(lambda: take(folder))
    assert fault.code == "not_writable"
    assert "install -d" in fault.message


def test_the_second_of_two_at_once_refuses_and_alarms_nobody(city: Cast, folder: Path):
    with Shelf(folder).locked(), pytest.raises(Busy, match="另一次备份"):
        take(folder)
    assert last_backup() is None
    assert not Notice.objects.filter(kind="backup").exists()


def test_a_failure_reaches_administrators_and_the_city_once_a_day(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(100, 99, 1))
    for _time in range(2):
        with pytest.raises(SystemExit) as ended:
            call_command("backup", str(folder), "--json")
        assert ended.value.code == 1
        answer = json.loads(capsys.readouterr().out)
        assert (answer["ok"], answer["code"]) == (False, "no_space")
    told = Notice.objects.filter(kind="backup")
    assert {one.to_whom for one in told} == {
        str(city.city_officer),
        str(city.city_colleague),
        str(city.sysadmin),
    }
    assert told.count() == 3


def test_a_broken_ledger_is_backed_up_and_said(city: Cast, folder: Path):
    with ledger_unguarded():
        FlagEntry.objects.filter(seq=2).update(minutes=1)
    taken = take(folder)
    assert not taken.ok
    assert "第 2 号" in taken.lines()[-1]
    last = last_backup()
    assert last is not None
    assert not last.ok
    assert Notice.objects.filter(kind="backup").count() == 3


def test_another_user_is_sent_away(city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch):
    """What root writes into the platform's folders, the platform cannot read."""
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    fault = refusal(lambda: take(folder))
    assert fault.code == "other_user"
    assert "runuser -u" in fault.message


def test_what_a_killed_one_left_in_plain_text_goes(city: Cast, folder: Path):
    take(folder)
    left = records.folder() / "backup-abc"
    left.mkdir()
    (left / "database.sqlite3").write_bytes(b"plain")
    take(folder)
    assert not left.exists()


# --- One moment -------------------------------------------------------------------------------------


def write_before_the_dump(action: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes between the counting and the dump."""
    real = facts.read

    def read() -> facts.Facts:
        found = real()
        monkeypatch.setattr(facts, "read", real)  # a drill reads too
        elsewhere(action)
        return found

    monkeypatch.setattr(facts, "read", read)


def test_counts_and_dump_are_of_one_moment(
    city: Cast, folder: Path, make_award: MakeAward, monkeypatch: pytest.MonkeyPatch
):
    write_before_the_dump(lambda: ledger.award([make_award(key="late")], by=city.secretary), monkeypatch)
    taken = take(folder)
    assert FlagEntry.objects.count() == 4
    assert taken.manifest.facts.ledger.lines == 3
    assert drill(folder).ok


@pytest.mark.postgres
def test_without_the_snapshot_they_would_not_be(
    city: Cast, folder: Path, make_award: MakeAward, monkeypatch: pytest.MonkeyPatch
):
    """Negative control: the drill sees what the shared snapshot prevents."""

    def reading(config: Any, path: Path, *options: str) -> Any:
        elsewhere(lambda: ledger.award([make_award(key="late")], by=city.secretary))
        return postgresql_reading(config, path, *(one for one in options if "--snapshot" not in one))

    postgresql_reading = postgresql.reading
    monkeypatch.setattr(postgresql, "reading", reading)
    take(folder)
    drilled = drill(folder)
    assert not drilled.ok
    assert "flags_flagentry 3 → 4" in drilled.summary()


def test_a_file_deleted_while_the_backup_runs_is_in_it(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    batch = ImportBatch.objects.get()
    name = str(batch.file)

    def discard() -> None:
        path = Path(batch.file.path)
        ImportBatch.objects.filter(pk=batch.pk).update(file="")
        path.unlink()

    write_before_the_dump(discard, monkeypatch)
    taken = take(folder)
    assert list(taken.manifest.media) == [f"media/{name}"]
    assert (taken.directory / "media" / name).read_bytes() == b"roster"
    assert drill(folder).ok


def test_a_file_that_comes_before_the_snapshot_is_in_it(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    real = engines.in_use().snapshot.__func__  # type: ignore[attr-defined]

    def snapshot(engine: Any, room: Path) -> Any:
        upload(city, b"late")
        Path(ImportBatch.objects.first().file.path).write_bytes(b"rewritten")
        Path(ImportBatch.objects.last().file.path).write_bytes(b"roster, whole")
        return real(engine, room)

    monkeypatch.setattr(type(engines.in_use()), "snapshot", snapshot)
    taken = take(folder)
    contents = {path.read_bytes() for path in (taken.directory / "media").rglob("*.xlsx")}
    assert contents == {b"rewritten", b"roster, whole"}
    assert drill(folder).ok


def test_a_file_that_no_row_names_any_more_at_the_snapshot_is_not(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    copies = media.Copies.take

    def take_then_forget(self: media.Copies, names: set[str]) -> None:
        copies(self, names)
        ImportBatch.objects.update(file="")

    monkeypatch.setattr(media.Copies, "take", take_then_forget)
    taken = take(folder)
    assert not taken.manifest.media
    assert not list((taken.directory / "media").rglob("*.xlsx"))


def test_a_file_that_is_nowhere_is_named(city: Cast, folder: Path):
    batch = ImportBatch.objects.get()
    Path(batch.file.path).unlink()
    taken = take(folder)
    assert taken.manifest.missing == [str(batch.file)]
    assert "1 个文件有记录、磁盘上没有" in " ".join(taken.lines())
    assert drill(folder).ok


# --- How long ---------------------------------------------------------------------------------------


def aged(backup: Path, days: int) -> Path:
    moment = shelf.taken_at(backup) - dt.timedelta(days=days)
    return backup.rename(backup.with_name(shelf.stamp(moment)))


def test_ninety_days_and_no_longer(city: Cast, folder: Path):
    backups = [take(folder).directory for _each in range(2)]
    over, kept = aged(backups[0], 91), aged(backups[1], 89)
    taken = take(folder)
    assert taken.removed == [over]
    assert Shelf(folder).backups() == [kept, taken.directory]
    assert "已删除超过 90 天的备份 1 份" in " ".join(taken.lines())


def test_never_the_last_good_one(city: Cast, folder: Path, light: Light):
    backups = [take(folder).directory for _each in range(2)]
    aged(backups[0], 100)
    good = aged(backups[1], 95)
    with ledger_unguarded():
        FlagEntry.objects.filter(seq=2).update(minutes=1)
    bad = take(folder)
    assert Shelf(folder).backups() == [good, bad.directory]


def test_two_in_one_second_have_names_of_their_own(city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    first, second = take(folder).directory, take(folder).directory
    assert Shelf(folder).backups() == [first, second]
    assert second.name == f"{first.name}-2"
