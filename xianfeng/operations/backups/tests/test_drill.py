"""Does a drill notice what would keep a backup from coming back?"""

import datetime as dt
import json
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pyrage
import pytest
from django.core.management import call_command
from django.utils import timezone

from flags.models import FlagEntry
from notices.models import Notice
from xianfeng.operations.backups import drilling, engines, last_drill, manifest, shelf, storing
from xianfeng.operations.backups.drilling import drill
from xianfeng.operations.backups.faults import Busy
from xianfeng.operations.backups.taking import take
from xianfeng.operations.backups.tests.test_backup import refusal
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import ledger_unguarded

pytestmark = pytest.mark.django_db(transaction=True)
Encrypt = Callable[[], Path]


@pytest.fixture
def encrypt(settings: Any, tmp_path: Path) -> Encrypt:
    """Backups are encrypted from now on; returns the file of the private key."""

    def begin() -> Path:
        key = pyrage.x25519.Identity.generate()
        settings.BACKUP_RECIPIENTS = [str(key.to_public())]
        file = tmp_path / "key.txt"
        file.write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n")
        return file

    return begin


def test_a_good_one_holds_and_nothing_is_left_of_the_drill(city: Cast, folder: Path, capsys: Any):
    taken = take(folder)
    call_command("drill", "--json")  # by the folder of the last backup
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"]
    assert answer["faults"] == []
    assert answer["directory"] == str(taken.directory)
    assert answer["database"]["tables"] == taken.manifest.facts.tables
    last = last_drill()
    assert last is not None
    assert last.ok
    assert "红旗流水 3 条相连" in last.summary
    engine = engines.in_use()
    config = engine.create("drill")  # would find one that was left in the way
    engine.drop(config)
    assert not list(Path(taken.directory).parent.glob("drill*"))


def test_success_is_told_once_a_quarter_and_failure_every_day(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    taken = take(folder)
    told = Notice.objects.filter(kind="backup")
    for _week in range(3):
        drill(taken.directory)
    assert told.count() == 3  # two of the city and the administrator
    real = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real + dt.timedelta(days=93))
    drill(taken.directory)
    assert told.count() == 6
    (taken.directory / taken.manifest.database).write_bytes(b"spoilt")
    for day in (94, 94, 95):
        monkeypatch.setattr(timezone, "now", lambda day=day: real + dt.timedelta(days=day))
        assert refusal(lambda: drill(taken.directory)).code == "hash_mismatch"
    assert told.count() == 12


def test_a_spoilt_file_is_named(city: Cast, folder: Path):
    taken = take(folder)
    name = next(iter(taken.manifest.media))
    with (taken.directory / name).open("ab") as file:
        file.write(b"!")
    fault = refusal(lambda: drill(folder))
    assert fault.code == "hash_mismatch"
    assert name in fault.message
    last = last_drill()
    assert last is not None
    assert not last.ok
    (taken.directory / name).unlink()
    assert refusal(lambda: drill(folder)).code == "file_missing"


def test_a_manifest_that_somebody_changed_is_refused(city: Cast, folder: Path):
    path = take(folder).directory / manifest.NAME
    content = json.loads(path.read_text())
    content["facts"]["tables"]["flags_flagentry"] = 2
    path.write_text(json.dumps(content))
    assert refusal(lambda: drill(folder)).code == "broken_seal"
    path.write_text("{")
    assert refusal(lambda: drill(folder)).code == "no_manifest"


def test_rows_that_are_not_those_of_the_manifest_are_named(
    city: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    taken = take(folder)
    made = taken.manifest
    tables = made.facts.tables | {"members_user": 1}
    wrong = drilling.Facts(tables, made.facts.ledger, made.facts.migrations)
    assert next(iter(drilling.differences(wrong, made.facts))).startswith(
        "1 张表的行数与清单不符：members_user 1 → "
    )
    lost = drilling.Facts(made.facts.tables, drilling.facts.LedgerState(False, 3, "x", 2), {})
    assert len([*drilling.differences(made.facts, lost)]) == 2


def test_a_ledger_that_does_not_hold_fails_the_drill(city: Cast, folder: Path, capsys: Any):
    with ledger_unguarded():
        FlagEntry.objects.filter(seq=2).update(minutes=1)
    take(folder)
    with pytest.raises(SystemExit) as ended:
        call_command("drill", str(folder))
    assert ended.value.code == 1
    assert "从第 2 号流水起" in capsys.readouterr().out


def test_no_backup_none_for_days_or_another_engine_s_are_said(city: Cast, folder: Path):
    assert refusal(lambda: drill(None)).code == "no_backup"
    assert refusal(lambda: drill(folder)).code == "no_backup"
    directory = take(folder).directory
    old = directory.rename(directory.with_name(shelf.stamp(timezone.now() - dt.timedelta(days=3))))
    fault = refusal(lambda: drill(folder))
    assert fault.code == "too_old"
    assert "每晚的备份停了" in fault.message
    assert drill(old).ok  # one that is named may be of any day


def test_two_drills_do_not_meet(city: Cast, folder: Path):
    take(folder)
    drill(folder)
    with (
        shelf.only_one(drilling.records.folder() / "drill.lock", ""),
        pytest.raises(Busy, match="另一次演练"),
    ):
        drill(folder)


@pytest.mark.postgres
def test_the_scratch_database_may_be_on_another_server(city: Cast, folder: Path):
    taken = take(folder)
    elsewhere = engines.in_use().config | {"NAME": "another_city"}
    assert drill(taken.directory, scratch=elsewhere).ok
    other = engines.at("sqlite:///nowhere.sqlite3")
    assert refusal(lambda: drill(taken.directory, scratch=other)).code == "other_engine"


# --- Encrypted --------------------------------------------------------------------------------------


def test_an_encrypted_backup_comes_back_by_its_private_key_alone(
    city: Cast, folder: Path, encrypt: Encrypt, tmp_path: Path
):
    key = encrypt()
    taken = take(folder)
    files = [path for path in taken.directory.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".age", ".json"}
    assert taken.manifest.encrypted
    for path in files:
        if path.suffix == ".age":
            assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert refusal(lambda: drill(folder)).code == "no_identity"
    assert drill(folder, identity=key).ok


@pytest.fixture
def answer(city: Cast, folder: Path, encrypt: Encrypt, capsys: Any, settings: Any) -> dict[str, Any]:
    """What the machine with the private key said."""
    key, here = encrypt(), settings.VAR_DIR
    take(folder)
    settings.VAR_DIR = here.with_name("elsewhere")
    settings.VAR_DIR.mkdir()
    call_command("drill", str(folder), "--identity", str(key), "--json")
    settings.VAR_DIR = here
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def note(answer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(json.dumps(answer)))
    call_command("drill", "--done-elsewhere", "-")


def test_a_drill_of_another_machine_is_noted_as_of_its_own_moment(
    answer: dict[str, Any], capsys: Any, tmp_path: Path
):
    assert last_drill() is None
    told = Notice.objects.filter(kind="backup").count()
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer))
    call_command("drill", "--done-elsewhere", str(file))
    last = last_drill()
    assert last is not None
    assert (last.ok, last.moment.isoformat() > answer["started"]) == (True, True)
    assert last.moment == dt.datetime.fromisoformat(answer["moment"])
    assert "另一台机器上恢复成功" in capsys.readouterr().out
    assert Notice.objects.filter(kind="backup").count() == told  # this quarter's letter is out already


def test_one_that_did_not_hold_there_is_told_here(answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    answer |= {"ok": False, "faults": ["台账末端的校验值与清单不符。"]}
    with pytest.raises(SystemExit):
        note(answer, monkeypatch)
    last = last_drill()
    assert last is not None
    assert (last.ok, last.summary) == (False, "台账末端的校验值与清单不符。")
    assert Notice.objects.filter(subject="恢复演练没有通过").count() == 3


def test_what_is_no_drill_of_this_platform_is_not_noted(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    later = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    wrong = {
        "不是一次做完的演练": [[], {"ok": False, "error": "…", "code": "no_backup"}, answer | {"ok": False}],
        "没有叫": [answer | {"directory": "/elsewhere/2020-01-01T000000"}],
        "还没有到": [answer | {"moment": later}],
    }
    for said, answers in wrong.items():
        for each in answers:
            with pytest.raises(SystemExit):
                note(each, monkeypatch)
            assert said in capsys.readouterr().err
    assert last_drill() is None
    note(answer, monkeypatch)
    with pytest.raises(SystemExit):
        note(answer, monkeypatch)
    assert "不比它新" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        call_command("drill", "--done-elsewhere", "nowhere.json")
    assert f"没有找到文件 {Path.cwd()}/nowhere.json" in capsys.readouterr().err


def test_another_private_key_does_not_open_it(city: Cast, folder: Path, encrypt: Encrypt):
    encrypt()
    take(folder)
    other = encrypt()
    fault = refusal(lambda: drill(folder, identity=other))
    assert fault.code == "wrong_identity"
    assert "另一把公钥" in fault.message


def test_what_is_no_key_is_said(city: Cast, folder: Path, encrypt: Encrypt, settings: Any, tmp_path: Path):
    key = encrypt()
    take(folder)
    for text in ("nonsense", "# a comment alone"):
        key.write_text(text)
        fault = refusal(lambda: drill(folder, identity=key))
        assert (fault.code, "不是备份私钥" in fault.message) == ("identity", True)
    fault = refusal(lambda: drill(folder, identity=tmp_path / "nowhere"))
    assert (fault.code, "没有找到" in fault.message) == ("identity", True)
    settings.BACKUP_RECIPIENTS = ["age1nonsense"]
    assert refusal(lambda: take(folder)).code == "recipient"


def test_a_key_is_told_apart_that_the_service_user_may_not_read(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Path, "read_text", Mock(side_effect=PermissionError))
    fault = refusal(lambda: storing.identities(tmp_path / "key.txt"))
    assert f"{tmp_path}/key.txt {settings.VAR_DIR}/" in fault.message
    assert "install -m 600 -o " in fault.message


@pytest.mark.parametrize("is_production", [True, False])
def test_what_is_not_found_is_named_by_the_path_that_was_looked_at(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_production: bool
):
    monkeypatch.chdir(tmp_path)
    settings.IS_PRODUCTION = is_production
    for action in (lambda: storing.identities(Path("key.txt")), lambda: drill(Path("key.txt"))):
        message = refusal(action).message
        assert "没有找到" in message and f"{tmp_path}/key.txt" in message
        assert ("请写绝对路径" in message) == is_production


def test_commands_are_named_as_this_machine_calls_them(settings: Any, tmp_path: Path):
    assert "先执行 manage.py backup" in refusal(lambda: drill(None)).message
    settings.IS_PRODUCTION = True
    assert "先执行 xianfeng-manage backup" in refusal(lambda: drill(None)).message
    assert f"先执行 xianfeng-manage backup {tmp_path}" in refusal(lambda: drill(tmp_path)).message


# --- Keys of the fields -----------------------------------------------------------------------------

A, B = "QUFB" * 10 + "QUE=", "QkJC" * 10 + "QkI="


def test_keys_that_do_not_open_the_columns_are_said_before_anything_is_done(
    city: Cast, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.FIELD_ENCRYPTION_KEYS = [A]
    taken = take(folder)
    fingerprint = taken.manifest.keys[0]
    monkeypatch.setattr(engines, "in_use", lambda: pytest.fail("it began"))
    settings.FIELD_ENCRYPTION_KEYS = [B]
    fault = refusal(lambda: manifest.read(taken.directory))
    assert fault.code == "wrong_keys"
    assert f"缺少指纹为 {fingerprint}" in fault.message
    settings.FIELD_ENCRYPTION_KEYS = [A, B]  # the last one is what numbers are found by
    assert "最后一把" in refusal(lambda: manifest.read(taken.directory)).message
    settings.FIELD_ENCRYPTION_KEYS = [B, A]  # rotated since
    assert manifest.read(taken.directory).keys == [fingerprint]


def test_rows_that_the_configured_keys_do_not_open_are_noticed(city: Cast, folder: Path, settings: Any):
    """The fingerprints agree: somebody runs the platform with a key that its rows are not of."""
    settings.FIELD_ENCRYPTION_KEYS = [A]
    taken = take(folder)
    drilled = drill(taken.directory)
    assert not drilled.ok
    assert "members_member.mobile" in drilled.summary()
