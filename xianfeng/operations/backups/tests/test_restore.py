"""The day after: a backup comes back on an empty machine, and never destroys what is there."""

import errno
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from flags import ledger
from flags.models import FlagEntry, LedgerCheck
from members.models import ImportBatch, Member, User
from notices.models import Delivery, Notice
from xianfeng.operations.backups import drilling, engines, facts, records, restoring, settling, shelf, storing
from xianfeng.operations.backups.drilling import drill
from xianfeng.operations.backups.engines import Config
from xianfeng.operations.backups.faults import Busy, Fault
from xianfeng.operations.backups.restoring import restore
from xianfeng.operations.backups.taking import take
from xianfeng.operations.backups.tests.test_backup import refusal
from xianfeng.operations.backups.tests.test_drill import A, B, Encrypt, encrypt  # noqa: F401
from xianfeng.testing.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
Machine = Callable[[], Config]


@pytest.fixture(autouse=True)
def queue_emptied(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The broker of the test run is everybody's."""
    asked: list[bool] = []

    def emptied() -> bool:
        asked.append(True)
        return True

    monkeypatch.setattr(restoring, "empty_queue", emptied)
    return asked


def test_everything_comes_back_on_a_machine_that_has_nothing(
    city: Cast, folder: Path, another_machine: Machine, capsys: Any, queue_emptied: list[bool]
):
    backup, mobile = take(folder).directory, city.li.mobile
    another_machine()
    call_command("restore", str(backup), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"]
    assert answer["ledger"]["lines"] == FlagEntry.objects.count() == 3
    assert ledger.verify().ok
    assert Member.objects.get(mobile=mobile).name == city.li.name
    assert Path(ImportBatch.objects.get().file.path).read_bytes() == b"roster"
    assert Path(ImportBatch.objects.get().file.path).stat().st_mode & 0o777 == 0o600
    assert answer["former"] == {"database": "", "media": ""}
    assert answer["migrated"] == []
    assert queue_emptied


def test_what_may_have_been_sent_waits_for_a_person_and_people_learn_of_the_restore(
    city: Cast, folder: Path, another_machine: Machine
):
    backup = take(folder).directory
    another_machine()
    restored = restore(backup)
    delivery = Delivery.objects.get(notice__key="k1")
    assert delivery.state == Delivery.State.HANDED_OVER
    assert "备份以后可能已经发出" in delivery.error
    assert delivery in Delivery.objects.unreached()
    assert restored.settled.set_aside == 1
    assert restored.settled.in_progress == 1  # the upload
    told = Notice.objects.filter(kind="backup")
    assert told.count() == 3
    assert "1 条标为“不确定”" in told[0].body
    assert (
        Delivery.objects.filter(notice__in=told, state=Delivery.State.PENDING).count() == 2
    )  # have an address


def test_every_session_ends(city: Cast, folder: Path, another_machine: Machine):
    client = Client()
    client.force_login(city.clerk)
    assert client.get("/desk/").status_code == 200
    backup = take(folder).directory
    another_machine()
    assert restore(backup).settled.sessions == 1
    assert User.objects.filter(pk=city.clerk.pk).exists()
    assert client.get("/desk/").status_code == 302


def test_a_database_with_people_in_it_is_refused_until_it_is_named(
    city: Cast, folder: Path, another_machine: Machine
):
    backup = take(folder).directory
    another_machine()
    restore(backup)
    User.objects.filter(pk=city.clerk.pk).update(name="后来的名字")
    fault = refusal(lambda: restore(backup))
    assert fault.code == "not_empty"
    name = engines.in_use().database
    assert f"--replace {name}" in fault.message
    assert refusal(lambda: restore(backup, replace="another")).code == "other_name"
    assert User.objects.get(pk=city.clerk.pk).name == "后来的名字"


def test_what_is_replaced_is_kept_under_another_name(city: Cast, folder: Path, another_machine: Machine):
    backup = take(folder).directory
    config = another_machine()
    restore(backup)
    User.objects.filter(pk=city.clerk.pk).update(name="后来的名字")
    Path(ImportBatch.objects.get().file.path).write_bytes(b"later")
    engine = engines.in_use()
    restored = restore(backup, replace=engine.database)
    assert User.objects.get(pk=city.clerk.pk).name == city.clerk.name
    assert Path(ImportBatch.objects.get().file.path).read_bytes() == b"roster"
    assert [path.read_bytes() for path in Path(restored.former.media).rglob("*.xlsx")] == [b"later"]
    with engines.standing_in(config | {"NAME": restored.former.database}):
        assert User.objects.get(pk=city.clerk.pk).name == "后来的名字"
    assert restored.former.database in " ".join(restored.lines())
    engine.drop_former(restored.former.database)


@pytest.mark.parametrize("step", ["load", "put_in_place"])
def test_a_restore_that_fails_leaves_all_as_it_was(
    step: str, city: Cast, folder: Path, another_machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    backup = take(folder).directory
    another_machine()
    restore(backup)
    User.objects.filter(pk=city.clerk.pk).update(name="后来的名字")
    batch = ImportBatch.objects.get()
    Path(batch.file.path).write_bytes(b"later")
    engine = engines.in_use()

    def fails(*_: object) -> None:
        raise Fault("…", "server_gone")

    monkeypatch.setattr(type(engine), step, fails)
    assert refusal(lambda: restore(backup, replace=engine.database)).code == "server_gone"
    assert User.objects.get(pk=city.clerk.pk).name == "后来的名字"
    assert Path(batch.file.path).read_bytes() == b"later"
    assert sorted(path.name for path in Path(batch.file.path).parents[3].parent.glob("media*")) == ["media"]


@pytest.mark.parametrize("which", ["media", "media.restoring"])
def test_files_that_cannot_be_moved_leave_all_as_it_was(
    which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place = tmp_path / "place"
    files, beside = place / "media", place / "media.restoring"
    for folder, text in ((files, "present"), (beside, "restored")):
        folder.mkdir(parents=True)
        (folder / "file").write_text(text)
    rename = Path.rename

    def fails_for_one(path: Path, target: Path) -> Path:
        if path.name == which:
            raise OSError(errno.EACCES, "…")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails_for_one)
    with pytest.raises(OSError, match="…"), restoring.files_in_place(beside, files, "stamp"):
        pytest.fail("Nothing may follow.")
    assert {path.name: (path / "file").read_text() for path in place.iterdir()} == {
        "media": "present",
        "media.restoring": "restored",
    }


def test_content_that_is_not_the_manifest_s_is_not_put_to_use(
    city: Cast, folder: Path, another_machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    backup = take(folder).directory
    another_machine()
    monkeypatch.setattr(restoring, "examine", lambda *_: iter(["台账末端的校验值与清单不符。"]))
    fault = refusal(lambda: restore(backup))
    assert fault.code == "differs"
    assert restoring.is_empty()


def test_a_spoilt_file_is_named_before_anything_is_touched(
    city: Cast, folder: Path, another_machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    taken = take(folder)
    (taken.directory / taken.manifest.database).write_bytes(b"spoilt")
    another_machine()
    monkeypatch.setattr(type(engines.in_use()), "create", lambda *_: pytest.fail("it began"))
    fault = refusal(lambda: restore(taken.directory))
    assert fault.code == "hash_mismatch"
    assert taken.manifest.database in fault.message


def test_without_room_for_a_second_database_neither_restore_nor_drill_begins(
    city: Cast, folder: Path, another_machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    taken = take(folder)
    another_machine()
    free = SimpleNamespace(free=taken.manifest.bytes)  # what the dump, which is compressed, would take
    monkeypatch.setattr(storing.shutil, "disk_usage", lambda _folder: free)
    monkeypatch.setattr(type(engines.in_use()), "create", lambda *_: pytest.fail("it began"))
    assert refusal(lambda: restore(taken.directory)).code == "no_space"
    assert refusal(lambda: drill(taken.directory)).code == "no_space"


@pytest.mark.usefixtures("city")
def test_a_second_database_is_as_large_as_the_one_in_use_or_as_the_dump_lets_expect(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    made, engine = take(folder).manifest, type(engines.in_use())
    dump = made.files[made.database].bytes
    monkeypatch.setattr(engine, "growth", 4)
    for size, expected in ((5 * dump, 6.0 * dump), (0, 4.8 * dump)):
        monkeypatch.setattr(engine, "size", lambda _self, size=size: size)
        assert drilling.room_needed(made) == int(expected) + made.media[next(iter(made.media))].bytes


def test_other_keys_are_said_before_anything_is_touched(
    city: Cast, folder: Path, another_machine: Machine, settings: Any, capsys: Any
):
    settings.FIELD_ENCRYPTION_KEYS = [A]
    backup = take(folder).directory
    another_machine()
    settings.FIELD_ENCRYPTION_KEYS = [B]
    with pytest.raises(SystemExit) as ended:
        call_command("restore", str(backup))
    assert ended.value.code == 1
    assert "FIELD_ENCRYPTION_KEYS 打不开这份备份" in capsys.readouterr().err
    assert restoring.is_empty()


def test_an_encrypted_one_comes_back(
    city: Cast,
    folder: Path,
    another_machine: Machine,
    encrypt: Encrypt,  # noqa: F811
):
    key = encrypt()
    backup = take(folder).directory
    another_machine()
    assert refusal(lambda: restore(backup)).code == "no_identity"
    restore(backup, identity=key)
    assert Path(ImportBatch.objects.get().file.path).read_bytes() == b"roster"
    assert ledger.verify().ok


def test_an_older_structure_is_brought_forward(city: Cast, folder: Path, another_machine: Machine):
    """As it was before the last migrations of the ledger's app."""
    backup = take(folder)
    another_machine()
    restore(backup.directory)
    call_command("migrate", "flags", "0010", verbosity=0)
    older = take(folder)
    before = set(older.manifest.facts.migrations["flags"])
    missing = sorted(set(backup.manifest.facts.migrations["flags"]) - before)
    assert len(missing) > 1
    restored = restore(older.directory, replace=engines.in_use().database)
    assert restored.migrated == [f"flags.{name}" for name in missing]
    assert ledger.verify().ok
    assert f"flags.{missing[-1]}" in " ".join(restored.lines())
    engines.in_use().drop_former(restored.former.database)


@pytest.fixture
def older(city: Cast, folder: Path, another_machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of before an upgrade, whose new table has an encrypted column and names files."""
    backup = take(folder).directory
    another_machine()
    restore(backup)
    call_command("migrate", "flags", "0012", verbosity=0)
    directory = take(folder).directory
    files = facts.referenced_files
    monkeypatch.setattr(facts, "_sealed", lambda: [(LedgerCheck, LedgerCheck._meta.get_field("finding"))])
    monkeypatch.setattr(
        facts, "referenced_files", lambda: files() | {*LedgerCheck.objects.values_list("finding", flat=True)}
    )
    return directory


def test_what_came_with_the_upgrade_keeps_no_older_backup_from_being_restored(older: Path):
    here = Path(apps.get_app_config("flags").path) / "migrations"
    later = sorted(file.stem for file in here.glob("0*.py") if file.stem >= "0013")
    restored = restore(older, replace=engines.in_use().database)
    assert restored.migrated[0] == "flags.0013_ledger_checks"
    assert restored.migrated == [f"flags.{name}" for name in later]
    engines.in_use().drop_former(restored.former.database)


def test_nor_from_a_drill_which_leaves_what_is_in_use_as_it_is(older: Path):
    before = facts.applied_migrations()
    assert drill(older).ok
    assert facts.applied_migrations() == before
    call_command("migrate", verbosity=0)


def test_a_backup_of_newer_code_is_refused(city: Cast, folder: Path, another_machine: Machine):
    recorder = MigrationRecorder(connection)
    recorder.record_applied("django_celery_results", "0011_taskresult_periodic_task_name")  # gone, and known
    backup = take(folder).directory
    recorder.record_applied("members", "0999_future")
    newer = take(folder).directory
    recorder.migration_qs.filter(app__in=["django_celery_results"]).delete()
    recorder.record_unapplied("members", "0999_future")
    another_machine()
    fault = refusal(lambda: restore(newer))
    assert fault.code == "newer_code"
    assert "members.0999_future" in fault.message
    assert restore(backup).ok


def test_one_backup_is_named_not_a_folder_of_them(city: Cast, folder: Path):
    backup = take(folder).directory
    fault = refusal(lambda: restore(folder))
    assert fault.code == "which_one"
    assert str(backup) in fault.message


def test_a_platform_that_runs_is_to_be_stopped_first(
    city: Cast, folder: Path, another_machine: Machine, settings: Any
):
    backup = take(folder).directory
    settings.VAR_DIR.mkdir(exist_ok=True)
    with shelf.only_one(settings.VAR_DIR / "launcher.lock", ""), pytest.raises(Busy, match="平台正在运行"):
        restore(backup)


def test_a_backup_under_way_is_waited_for(city: Cast, folder: Path, another_machine: Machine):
    backup = take(folder).directory
    with (
        shelf.only_one(records.folder() / "backup.lock", ""),
        pytest.raises(Busy, match="正在备份，这次没有执行"),
    ):
        restore(backup)


def test_whoever_is_connected_is_to_be_stopped_first(city: Cast, folder: Path, another_machine: Machine):
    backup = take(folder).directory
    config = another_machine()
    restore(backup)
    name = engines.in_use().database
    other = engines.standing.wrapper(config)
    with other.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL" if connection.vendor == "sqlite" else "SELECT 1")
        cursor.execute("SELECT COUNT(*) FROM members_user")
    try:
        fault = refusal(lambda: restore(backup, replace=name))
    finally:
        other.close()
    assert fault.code == "in_use"
    assert "停止" in fault.message


# --- The queue --------------------------------------------------------------------------------------


def test_jobs_and_limits_of_the_lost_time_go(transactional_db: None, settings: Any, monkeypatch: Any):
    cache.set("limit", 1)
    current_app.send_task("xianfeng.heartbeat")
    settings.IS_EMBEDDED_BROKER = False  # the server of the test run answers on its socket as any does
    with current_app.connection_for_write() as broker:
        client = broker.default_channel.client
        assert client.llen("celery") >= 1
        assert settling.empty_queue()
        assert client.llen("celery") == 0
    assert cache.get("limit") is None
    monkeypatch.setattr(settling, "_forget_jobs", unreachable)
    assert not settling.empty_queue()


def unreachable() -> None:
    raise ConnectionError


def test_what_is_printed_for_the_queue_names_both_databases_and_no_password(settings: Any):
    settings.IS_EMBEDDED_BROKER, settings.REDIS_DB = False, 4
    settings.ENV_FILE = Path("/etc/xianfeng/env")
    assert settling.how_to_empty() == (
        '(. /etc/xianfeng/env; for n in 4 5; do redis-cli -u "$REDIS_URL" -n $n FLUSHDB; done)'
    )
    settings.IS_EMBEDDED_BROKER, settings.ENV_FILE = True, None
    assert settling.how_to_empty().startswith("(for n in 4 5; do redis-cli -s /")


def test_a_stopped_embedded_server_finds_no_jobs_when_it_starts(settings: Any, tmp_path: Path):
    settings.IS_EMBEDDED_BROKER = True
    kept = settings.VAR_DIR / "valkey" / "appendonlydir"
    kept.mkdir(parents=True)
    assert settling.empty_queue()
    assert not kept.exists()
