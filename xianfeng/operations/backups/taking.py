"""`manage.py backup DIR`: one moment of database and media, in a folder of its own under DIR."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.backups import engines, facts, keys, manifest, media, messages, records, storing
from xianfeng.operations.backups.engines import Engine
from xianfeng.operations.backups.faults import typed
from xianfeng.operations.backups.manifest import Manifest
from xianfeng.operations.backups.shelf import Shelf, only_one

log = logging.getLogger(__name__)
BUSY = gettext_lazy("另一次备份或恢复正在进行，这次没有执行。等它结束即可。")
ROOM_TO_SPARE = 1.5  # times what the last backup took


@dataclass(frozen=True)
class Taken:
    """A backup that is complete; `ok` says whether the ledger in it holds."""

    directory: Path
    manifest: Manifest
    removed: list[Path]

    @property
    def ok(self) -> bool:
        return self.manifest.facts.ledger.ok

    def answer(self) -> dict[str, Any]:
        return {"ok": self.ok, "directory": str(self.directory), **self.manifest.summary()}

    def lines(self) -> list[str]:
        made = self.manifest.summary()
        lines = [
            _("已备份到 %(path)s，用时 %(seconds).1f 秒。")
            % {"path": self.directory, "seconds": made["seconds"]},
            _("数据库 %(size)s，文件 %(files)s 个，红旗流水 %(lines)s 条。")
            % {"size": filesizeformat(made["database"]["bytes"]), **made["media"], **made["ledger"]},
        ]
        return lines + list(self._remarks()) + [self._next_step()]

    def _remarks(self) -> list[str]:
        said = []
        if self.manifest.missing:
            text = _(
                "%(count)s 个文件有记录、磁盘上没有（多为正在生成或刚到期删除的），名单在 manifest.json。"
            )
            said.append(text % {"count": len(self.manifest.missing)})
        if self.removed:
            said.append(_("已删除超过 90 天的备份 %(count)s 份。") % {"count": len(self.removed)})
        return said

    def _next_step(self) -> str:
        if not self.ok:
            return broken_ledger(self.manifest)
        if self.manifest.encrypted:
            return _("下一步：把这个目录复制到另一台机器；在存有私钥的机器上演练。")
        text = _("下一步：把这个目录复制到另一台机器（密钥不在其中，另行保管）；定期执行 %(command)s。")
        return text % {"command": typed("drill")}


def broken_ledger(made: Manifest) -> str:
    text = _("防篡改校验不符（从第 %(seq)s 号流水起）：这份备份留作现场，按《红旗台账》“对不上怎么办”处理。")
    return text % {"seq": made.facts.ledger.first_bad or "?"}


def take(folder: Path) -> Taken:
    """Raises Fault; nothing half written stays behind, and nothing that is good goes."""
    with records.on_record(records.BACKUP, messages.warn_of_backup):
        taken = _take(Shelf(folder.resolve()))
        summary = " ".join(taken.lines()[:-1]) if taken.ok else broken_ledger(taken.manifest)
        records.note(records.BACKUP, ok=taken.ok, summary=summary, directory=taken.directory.parent)
    if not taken.ok:
        messages.warn_of_backup(broken_ledger(taken.manifest))
    log.info("Backup %s of %s written.", taken.directory.name, taken.manifest.engine)
    return taken


def _take(shelf: Shelf) -> Taken:
    started, clock = timezone.now(), time.perf_counter()
    recipients, engine = storing.recipients(), engines.in_use()
    keys.fingerprints()
    records.prepare()
    with only_one(records.folder() / "backup.lock", BUSY), shelf.locked():
        check_room(shelf, engine.size() + media.size_on_disk(facts.referenced_files()))
        with shelf.partial(started) as draft:
            made = _fill(draft, engine, recipients, started, clock)
            manifest.write(made, draft)
            directory = shelf.publish(draft, started)
        return Taken(directory, made, shelf.expire(started))


def _fill(
    draft: Path, engine: Engine, recipients: Sequence[pyrage.x25519.Recipient], started: Any, clock: float
) -> Manifest:
    """Everything but the manifest."""
    copies = media.Copies(draft, recipients)
    copies.take(facts.referenced_files())
    database = engine.file + (storing.SEALED if recipients else "")
    with records.room("backup") as private, engine.snapshot(private) as dump:
        found, named = facts.read(), facts.referenced_files()
        with dump() as source:
            stored = storing.store(source, draft / database, recipients)
    copies.keep_only(named)
    copies.take(named)
    return Manifest(
        started=started, seconds=time.perf_counter() - clock, engine=engine.name, made_by=engine.made_by(),
        database=database, encrypted=bool(recipients), keys=keys.fingerprints(), facts=found,
        files={database: stored, **copies.stored()}, missing=sorted(named - set(copies.done)),
    )  # fmt: skip


def check_room(shelf: Shelf, amount: int) -> None:
    """Raises Fault before anything is written where it would not fit. The last backup is the best guess."""
    if found := shelf.backups():
        amount = int(ROOM_TO_SPARE * sum(path.stat().st_size for path in found[-1].rglob("*")))
    storing.check_free(shelf.folder, amount)
