"""`manage.py drill [DIR]`: the newest backup, restored into a scratch database and compared.

`--done-elsewhere` notes what another machine found.
"""

import datetime as dt
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from xianfeng.lib.times import SHANGHAI, format_moment
from xianfeng.operations.backups import engines, facts, media, messages, records, shelf, storing
from xianfeng.operations.backups.engines import Config, Engine
from xianfeng.operations.backups.facts import Facts
from xianfeng.operations.backups.faults import Fault, absolute_path_needed, in_words, typed
from xianfeng.operations.backups.manifest import Manifest

log = logging.getLogger(__name__)
# Of a nightly backup: one that is older says that a night was missed.
OLDEST = dt.timedelta(hours=50)
ROOM_TO_SPARE = 1.2  # times a database's size
NAMED = 5  # tables in a message


@dataclass(frozen=True)
class Done:
    """A drill that came to its end; `faults` say in Chinese what does not agree, none where all does."""

    directory: Path
    faults: list[str]
    moment: dt.datetime

    @property
    def ok(self) -> bool:
        return not self.faults

    def answer(self) -> dict[str, Any]:
        facts_ = {"directory": str(self.directory), "moment": self.moment.isoformat()}
        return {"ok": self.ok, **facts_, "faults": self.faults}

    def summary(self) -> str:
        return "".join(self.faults) or self.praise()

    def praise(self) -> str:
        """Where all agrees: of which moment the backup is, and how it went."""
        raise NotImplementedError


@dataclass(frozen=True)
class Drilled(Done):
    """One of this machine."""

    manifest: Manifest
    seconds: float

    def answer(self) -> dict[str, Any]:
        return self.manifest.summary() | super().answer() | {"seconds": round(self.seconds, 3)}

    def praise(self) -> str:
        text = _(
            "%(moment)s 的备份恢复成功，用时 %(seconds).0f 秒：%(tables)s 张表逐表相符，"
            "红旗流水 %(lines)s 条相连。"
        )
        found = self.manifest.facts
        return text % {
            "moment": format_moment(self.manifest.started), "seconds": self.seconds,
            "tables": len(found.tables), "lines": found.ledger.lines,
        }  # fmt: skip

    def lines(self) -> list[str]:
        if self.ok:
            return [self.summary(), _("演练用的临时库已删除。")]
        text = _("下一步：另做一份备份（%(command)s）再演练；仍不通过时，保留这一份，查看日志。")
        step = text % {"command": typed(f"backup {self.directory.parent}")}
        return [_("演练没有通过：%(path)s") % {"path": self.directory}, *self.faults, step]


def drill(folder: Path | None, *, identity: Path | None = None, scratch: Config | None = None) -> Drilled:
    """Raises Fault. `scratch` says on which other server the scratch database is made, and dropped."""
    with records.on_record(records.DRILL, messages.warn_of_drill):
        drilled = _drill(folder, identity, scratch)
        records.note(records.DRILL, ok=drilled.ok, summary=drilled.summary(), directory=drilled.directory)
    (messages.tell_of_drill if drilled.ok else messages.warn_of_drill)(drilled.summary())
    log.info("Drill of %s: %s", drilled.directory.name, drilled.faults or "all agrees")
    return drilled


def _drill(folder: Path | None, identity: Path | None, scratch: Config | None) -> Drilled:
    clock = time.perf_counter()
    backup = chosen(folder)
    made = shelf.opened(backup)
    engine = engines.engine_of(scratch) if scratch else engines.in_use()
    check_engine(made, engine)
    records.prepare()
    with shelf.only_one(records.folder() / "drill.lock", _("另一次演练正在进行，这次没有执行。")):
        faults = list(compare(made, backup, engine, identity))
    return Drilled(backup, faults, timezone.now(), made, time.perf_counter() - clock)


def chosen(folder: Path | None) -> Path:
    """Raises Fault where there is none, or where the newest is older than a nightly one can be."""
    where = folder or records.shelf_in_use()
    if where is None:
        text = _("还没有备份过。请先执行 %(command)s 目录，或写明备份所在的目录。")
        raise Fault(text % {"command": typed("backup")}, "no_backup")
    backup = shelf.find(where.resolve())
    if backup != where.resolve() and shelf.taken_at(backup) < timezone.now() - OLDEST:
        text = _("最新的备份是 %(moment)s 的：每晚的备份停了。请看 systemctl status xianfeng-backup.timer。")
        raise Fault(text % {"moment": format_moment(shelf.taken_at(backup))}, "too_old")
    return backup


def check_engine(made: Manifest, engine: Engine) -> None:
    if made.engine != engine.name:
        text = _("这份备份是 %(made)s 的，现在的数据库是 %(here)s。请改 DATABASE_URL，两边要一致。")
        raise Fault(text % {"made": made.engine, "here": engine.name}, "other_engine")


def private_keys(made: Manifest, identity: Path | None) -> list[Any]:
    """Raises Fault where the backup is encrypted and no key was given."""
    if not made.encrypted:
        return []
    if identity is None:
        text = _("这份备份是加密的。请用 --identity 写明私钥文件，在允许存放私钥的机器上执行。")
        raise Fault(text, "no_identity")
    return storing.identities(identity)


def compare(made: Manifest, backup: Path, engine: Engine, identity: Path | None) -> Iterator[str]:
    """Restore beside what is in use, and say whatever is not as the manifest says."""
    keys = private_keys(made, identity)
    storing.check_free(records.folder(), room_needed(made))
    with scratch_of(engine) as config:
        engine.load(config, partial(storing.unseal, backup / made.database, keys=keys))
        with engines.standing_in(config):
            yield from examine(made)
            named = facts.referenced_files()
    with records.room("drill") as place:
        media.unpack(made, backup, place, keys)
        if lost := sorted(set(media.lost(named, place)) ^ set(made.missing)):
            yield _("恢复出来的文件与记录不符：%(names)s。") % {"names": "、".join(lost[:NAMED])}


def room_needed(made: Manifest) -> int:
    """Bytes of a second database, as large as the one in use or as the dump lets expect, and of the files."""
    engine, dump = engines.in_use(), made.files[made.database].bytes
    return int(ROOM_TO_SPARE * max(engine.size(), engine.growth * dump)) + made.bytes - dump


@contextmanager
def scratch_of(engine: Engine) -> Iterator[Config]:
    config = engine.create("drill")
    try:
        yield config
    finally:
        engine.drop(config)


def examine(made: Manifest) -> Iterator[str]:
    """Say whatever of the database that stands as `default` is not as the manifest says.

    Rows are counted as they came. All else is read by the present models, so the structure is brought
    forward first: a backup of before an upgrade lacks their newest columns.
    """
    tables = facts.count_rows()
    call_command("migrate", interactive=False, verbosity=0)
    yield from differences(made.facts, Facts(tables, facts.read_ledger(), facts.applied_migrations()))
    yield from said_of(facts.closed_columns())


def differences(made: Facts, found: Facts) -> Iterator[str]:
    """One sentence for each thing that is not as it was."""
    names = sorted(name for name in {*made.tables, *found.tables} if differ(made, found, name))
    if names:
        counts = "、".join(
            f"{name} {made.tables.get(name)} → {found.tables.get(name)}" for name in names[:NAMED]
        )
        yield _("%(count)s 张表的行数与清单不符：%(counts)s。") % {"count": len(names), "counts": counts}
    if not found.ledger.ok:
        yield _("防篡改校验不符（从第 %(seq)s 号流水起）。") % {"seq": found.ledger.first_bad or "?"}
    if found.ledger.head != made.ledger.head:
        yield _("台账末端的校验值与清单不符。")


def said_of(closed: list[str]) -> Iterator[str]:
    if closed:
        text = _("现在的 FIELD_ENCRYPTION_KEYS 打不开这些加密的列：%(names)s。请取回写下它们的密钥。")
        yield text % {"names": "、".join(closed[:NAMED])}


def differ(made: Facts, found: Facts, table: str) -> bool:
    return made.tables.get(table) != found.tables.get(table)


# --- Done on another machine: an encrypted backup is opened where the private key may lie ------------


class DoneElsewhere(Done):
    """What `drill --json` printed there."""

    def praise(self) -> str:
        text = _("%(moment)s 的备份在另一台机器上恢复成功，逐表相符，红旗流水相连。")
        return text % {"moment": format_moment(shelf.taken_at(self.directory))}

    def lines(self) -> list[str]:
        text = _("已登记 %(moment)s 在另一台机器上的演练：") % {"moment": format_moment(self.moment)}
        return [text + self.summary()]


def done_elsewhere(file: str) -> DoneElsewhere:
    """Note a drill of another machine as of its own moment. Raises Fault, and notes nothing then."""
    with in_words():
        records.prepare()
        done = told_by(content_of(file))
        check_new(done)
        text, folder = done.summary(), done.directory
        records.note(records.DRILL, ok=done.ok, summary=text, directory=folder, moment=done.moment)
    (messages.tell_of_drill if done.ok else messages.warn_of_drill)(done.summary())
    return done


def content_of(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    path = Path(file).absolute()
    try:
        return path.read_text()
    except FileNotFoundError as error:
        text = _("没有找到文件 %(path)s。") % {"path": path}
        raise Fault(text + absolute_path_needed(), "no_answer") from error


def told_by(text: str) -> DoneElsewhere:
    """Raises Fault for what is no answer of a drill that came to its end."""
    try:
        said = json.loads(text)
        moment = dt.datetime.fromisoformat(said["moment"]).astimezone(SHANGHAI)
        done = DoneElsewhere(Path(said["directory"]), [str(fault) for fault in said["faults"]], moment)
        if said["ok"] is not done.ok:
            raise ValueError("It says one thing and another.")
    except (ValueError, KeyError, TypeError) as error:
        refusal = _("这不是一次做完的演练的结果。请给出那台机器上 drill --json 输出的全文。")
        raise Fault(refusal, "no_answer") from error
    return done


def check_new(done: DoneElsewhere) -> None:
    """Raises Fault for a backup that is not of this platform, and for a moment that cannot be noted."""
    kept = records.shelf_in_use()
    if done.directory.name not in [path.name for path in (shelf.Shelf(kept).backups() if kept else [])]:
        text = _("这里没有叫 %(name)s 的备份：那次演练的不是这个平台的备份。没有登记。")
        raise Fault(text % {"name": done.directory.name}, "other_backup")
    if done.moment > timezone.now():
        text = _("那次演练的时刻 %(moment)s 还没有到。请核对两台机器的时钟。没有登记。")
        raise Fault(text % {"moment": format_moment(done.moment)}, "future")
    if (last := records.last_drill()) and last.moment >= done.moment:
        text = _("已经登记了 %(moment)s 的演练，这一次不比它新。没有登记。")
        raise Fault(text % {"moment": format_moment(last.moment)}, "not_newer")
