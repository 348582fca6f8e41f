"""`manage.py restore DIR`: a backup into the place of the database and media in use.

Everything is made ready beside what is there, and checked there; only then names change. Until that moment a
failure leaves all as it was, and afterwards the former database and files still lie under other names.
"""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization, User
from xianfeng.lib.times import format_moment
from xianfeng.operations.backups import engines, facts, manifest, media, records, shelf, storing
from xianfeng.operations.backups.drilling import check_engine, examine, private_keys, room_needed
from xianfeng.operations.backups.engines import Config, Engine
from xianfeng.operations.backups.faults import Fault, in_words, typed
from xianfeng.operations.backups.manifest import Manifest
from xianfeng.operations.backups.settling import Settled, empty_queue, how_to_empty, settle

log = logging.getLogger(__name__)
# Their rows in django_migrations stay, though nothing of them is installed any more.
GONE_APPS = {"django_celery_results"}


@dataclass(frozen=True)
class Former:
    """Where the database and the files lie that were there before; "" where there was nothing to keep."""

    database: str = ""
    media: str = ""


@dataclass(frozen=True)
class Restored:
    directory: Path
    manifest: Manifest
    seconds: float
    migrated: list[str]
    settled: Settled
    former: Former
    queue_emptied: bool
    how_to_drop: str
    ok: bool = True

    def answer(self) -> dict[str, Any]:
        made = self.manifest.summary() | {"seconds": round(self.seconds, 3)}
        return {
            "ok": self.ok, "directory": str(self.directory), **made, "migrated": self.migrated,
            "settled": asdict(self.settled), "former": asdict(self.former),
            "queue_emptied": self.queue_emptied,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """What happened, and what is left to do, in the order of doing it."""
        said = [
            _("已恢复到 %(moment)s，用时 %(seconds).0f 秒；红旗流水 %(lines)s 条相连，各表行数与清单相符。"),
            _("所有登录已结束（%(sessions)s 个）；%(set_aside)s 条待发的通知标为“不确定”，由人逐条决定。"),
            _("%(in_progress)s 项进行中的导入、导出会由后台接着做。"),
        ]
        facts_ = {
            "moment": format_moment(self.manifest.started), "seconds": self.seconds,
            "lines": self.manifest.facts.ledger.lines, **asdict(self.settled),
        }  # fmt: skip
        return [line % facts_ for line in said] + list(self._remarks()) + list(self._next_steps())

    def _remarks(self) -> Iterator[str]:
        if self.migrated:
            yield _("数据库结构已升级：%(names)s。") % {"names": "、".join(self.migrated)}
        if not self.queue_emptied:
            text = _("队列和缓存没有清空（连不上 Redis）：Redis 启动以后、平台启动之前，请执行 %(command)s")
            yield text % {"command": how_to_empty()}

    def _next_steps(self) -> Iterator[str]:
        text = _("下一步：%(command)s（补做到期清理），再启动网站、worker、beat，请人登录核对最近的办理。")
        yield text % {"command": typed("retain")}
        if self.former.database:
            text = _("原来的库还在：%(name)s。核对无误后删除：%(command)s")
            yield text % {"name": self.former.database, "command": self.how_to_drop}
        if self.former.media:
            yield _("原来的文件还在，核对无误后删除：%(command)s") % {
                "command": f"rm -r {quote(self.former.media)}"
            }


def restore(folder: Path, *, replace: str = "", identity: Path | None = None) -> Restored:
    """Raises Fault; until all is checked nothing is touched."""
    clock = time.perf_counter()
    with in_words(), alone():
        backup, engine = chosen(folder.resolve()), engines.in_use()
        made = shelf.opened(backup)
        check(made, engine, replace)
        keys = private_keys(made, identity)
        migrated, settled, former = bring_back(made, backup, engine, keys)
        emptied, drop = empty_queue(), engine.how_to_drop(former.database)
    log.warning("Restored from %s.", backup)
    with suppress(OSError):
        records.note(records.RESTORE, ok=True, summary=str(backup), directory=backup)
    return Restored(backup, made, time.perf_counter() - clock, migrated, settled, former, emptied, drop)


def chosen(folder: Path) -> Path:
    """Raises Fault unless one backup is named: which one is for a person to say."""
    if (folder / manifest.NAME).exists():
        return folder
    newest = shelf.Shelf(folder).newest()
    text = _("请写明恢复哪一份。最新的完整备份是：%(path)s")
    raise Fault(text % {"path": newest}, "which_one")


@contextmanager
def alone() -> Iterator[None]:
    """Raises Busy while another restore or a backup is at it, or `manage.py run` has the folder."""
    records.prepare()
    busy = _("另一次恢复正在进行，这次没有执行。")
    backup = _("正在备份，这次没有执行。等备份结束再恢复。")
    running = _("平台正在运行。请先停止（在 make run 的窗口按 Ctrl-C），再执行一次。")
    with (
        shelf.only_one(records.folder() / "restore.lock", busy),
        shelf.only_one(records.folder() / "backup.lock", backup),
        shelf.only_one(Path(settings.VAR_DIR) / "launcher.lock", running),
    ):
        yield


def check(made: Manifest, engine: Engine, replace: str) -> None:
    """Everything that can be known before anything is done. Raises Fault."""
    check_engine(made, engine)
    check_version(made)
    if replace and replace != engine.database:
        text = _("--replace 写的是 %(said)s，现在的数据库叫 %(name)s。没有执行。")
        raise Fault(text % {"said": replace, "name": engine.database}, "other_name")
    if not replace and not is_empty():
        text = _(
            "数据库 %(name)s 里已有数据，没有执行。确实要换成这份备份时，加上 --replace %(name)s"
            "（原来的库会改名保留）。"
        )
        raise Fault(text % {"name": engine.database}, "not_empty")
    storing.check_free(Path(settings.VAR_DIR), room_needed(made))
    engine.check_unused()


def check_version(made: Manifest) -> None:
    """Raises Fault where the backup is of newer code: its tables are not those that this code knows."""
    known = MigrationLoader(None).disk_migrations
    unknown = [
        f"{app}.{name}"
        for app, names in made.facts.migrations.items()
        for name in names
        if (app, name) not in known and app not in GONE_APPS
    ]
    if unknown:
        text = _("这份备份是更新版本的程序做的（%(names)s）。请先升级到当时的版本，再恢复。")
        raise Fault(text % {"names": "、".join(unknown[:5])}, "newer_code")


def is_empty() -> bool:
    """No account and no organisation: as it is created, or freshly migrated."""
    rows = facts.count_rows()
    return not any(rows.get(model._meta.db_table) for model in (User, Organization))


def bring_back(
    made: Manifest, backup: Path, engine: Engine, keys: list[Any]
) -> tuple[list[str], Settled, Former]:
    """Beside first, then in place."""
    stamp = f"{timezone.localtime():%Y%m%dT%H%M%S}"
    was_empty, files = is_empty(), Path(settings.MEDIA_ROOT).resolve()
    beside = files.with_name(f"{files.name}.restoring")
    config = engine.create("restoring")
    try:
        engine.load(config, partial(storing.unseal, backup / made.database, keys=keys))
        media.unpack(made, backup, beside, keys)
        migrated, settled = make_ready(made, config)
        with files_in_place(beside, files, stamp) as former_files:
            former = engine.put_in_place(config, stamp)
    finally:
        engine.drop(config)
        shutil.rmtree(beside, ignore_errors=True)
    if was_empty:
        engine.drop_former(former)
    return migrated, settled, Former("" if was_empty else former, former_files)


def make_ready(made: Manifest, config: Config) -> tuple[list[str], Settled]:
    """Bring to the present structure, compare with the manifest, settle. Raises Fault."""
    with engines.standing_in(config):
        check_same(examine(made))
        return migrated_since(made), settle(made)


def check_same(faults: Iterator[str]) -> None:
    if said := "".join(faults):
        raise Fault(_("恢复出来的内容与清单不符，没有启用：%(faults)s") % {"faults": said}, "differs")


def migrated_since(made: Manifest) -> list[str]:
    now = facts.applied_migrations()
    before = made.facts.migrations
    return [
        f"{app}.{name}" for app, names in now.items() for name in names if name not in before.get(app, ())
    ]


@contextmanager
def files_in_place(beside: Path, files: Path, stamp: str) -> Iterator[str]:
    """The restored files take the name of the media folder; back where what follows goes wrong.

    Yields where the former ones lie, "" where there were none.
    """
    former = files.with_name(f"{files.name}.before-{stamp}")
    had_some = files.is_dir() and any(files.iterdir())
    try:
        if files.is_dir():
            files.rename(former)
        beside.rename(files)
        yield str(former) if had_some else ""
    except BaseException:
        if not beside.exists():  # the restored ones lie in their place
            shutil.rmtree(files)
        if former.is_dir():
            former.rename(files)
        raise
    if not had_some:
        shutil.rmtree(former, ignore_errors=True)
