"""The folder that backups lie in: one folder each, which has its name only when it is complete."""

import datetime as dt
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from xianfeng.lib.machine.private import OWN_FILE, OWN_FOLDER
from xianfeng.lib.times import SHANGHAI
from xianfeng.operations.backups import manifest
from xianfeng.operations.backups.faults import Busy, Fault, absolute_path_needed, typed
from xianfeng.operations.backups.manifest import Manifest
from xianfeng.operations.backups.storing import make_private, sync

# docs/保存期限.md promises the end of what was deleted, so nothing lies longer than this.
KEPT_FOR = dt.timedelta(days=90)
COMPLETE = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{6})(-\d+)?")
PARTIAL = ".partial-"


@contextmanager
def only_one(path: Path, message: str | Promise) -> Iterator[None]:
    """Raises Busy while another process holds the same file."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, OWN_FILE), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(message) from error
        yield


@dataclass(frozen=True)
class Shelf:
    folder: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """For one backup at a time. What an earlier one left half done is nobody's now, and goes."""
        make_private(self.folder)
        with only_one(self.folder / ".lock", _("另一次备份正在写这个目录，这次没有执行。")):
            for left in self.folder.glob(f"{PARTIAL}*"):
                shutil.rmtree(left)
            yield

    def backups(self) -> list[Path]:
        """Complete ones, the oldest first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if COMPLETE.fullmatch(path.name) and path.is_dir()]
        return sorted(found, key=lambda path: (path.name[:17], len(path.name), path.name))

    def newest(self) -> Path:
        """Raises Fault where there is none."""
        if found := self.backups():
            return found[-1]
        if not self.folder.is_dir():
            text = _("没有找到目录 %(folder)s。") + absolute_path_needed()
            raise Fault(text % {"folder": self.folder}, "no_backup")
        text = _("%(folder)s 里没有完整的备份。请先执行 %(command)s。")
        facts = {"folder": self.folder, "command": typed(f"backup {self.folder}")}
        raise Fault(text % facts, "no_backup")

    @contextmanager
    def partial(self, moment: dt.datetime) -> Iterator[Path]:
        """Where a backup is put together; gone when it is given up."""
        draft = self.folder / f"{PARTIAL}{stamp(moment)}"
        draft.mkdir(mode=OWN_FOLDER)
        try:
            yield draft
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def publish(self, draft: Path, moment: dt.datetime) -> Path:
        """Give a complete backup its name, in one step that is on the disk when this returns."""
        for folder in sorted({draft, *(path.parent for path in draft.rglob("*"))}):
            sync(folder)
        target = self.folder / stamp(moment)
        number = 2
        while target.exists():
            target = self.folder / f"{stamp(moment)}-{number}"
            number += 1
        draft.rename(target)
        sync(self.folder)
        return target

    def expire(self, now: dt.datetime) -> list[Path]:
        """Remove what is older than promised, never the last good one. Returns what was removed."""
        found = self.backups()
        over = [path for path in found if taken_at(path) < now - KEPT_FOR]
        kept = next((path for path in reversed(found) if is_good(path)), None) if over else None
        removed = [path for path in over if path != kept]
        for path in removed:
            # Renamed first: one that is half removed must not be taken for a backup.
            shutil.rmtree(path.rename(self.folder / f"{PARTIAL}{path.name}"))
        return removed


def stamp(moment: dt.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H%M%S}"


def taken_at(backup: Path) -> dt.datetime:
    """By its name: a manifest may be of keys that are gone."""
    return dt.datetime.strptime(backup.name[:17], "%Y-%m-%dT%H%M%S").replace(tzinfo=SHANGHAI)


def is_good(backup: Path) -> bool:
    """Whole by its manifest, and the ledger held when it was taken. The files are not read for it."""
    with suppress(Fault):
        return manifest.read(backup).facts.ledger.ok
    return False


def find(folder: Path) -> Path:
    """A backup itself, or the newest of a folder of backups. Raises Fault."""
    return folder if (folder / manifest.NAME).exists() else Shelf(folder).newest()


def opened(backup: Path) -> Manifest:
    """Its manifest, once every file is as the manifest says. Raises Fault."""
    found = manifest.read(backup)
    manifest.check_files(found, backup)
    return found
