"""When a backup and a drill were done last, and how that ended.

Files beside the database (VAR_DIR/operations), not rows in it: a restore would put rows back to the day of
the backup, and a failure is to be remembered even where the database is what failed. Web, worker and the
commands run as one user on that folder, so the portal reads them too. After the loss of the machine there is
none until the next backup; `restore` writes down which one it came from.
"""

import datetime as dt
import json
import logging
import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error as DatabaseFailed
from django.utils import timezone
from django.utils.translation import gettext as _

from xianfeng.lib.machine.private import OWN_FILE, keep_private
from xianfeng.operations.backups.faults import Busy, Fault, in_words

log = logging.getLogger(__name__)
BACKUP, DRILL, RESTORE = "backup", "drill", "restore"


class Last(NamedTuple):
    """`summary` is Chinese, for people."""

    moment: dt.datetime
    ok: bool
    summary: str


def last_backup() -> Last | None:
    return read(BACKUP)


def last_drill() -> Last | None:
    return read(DRILL)


def folder() -> Path:
    return Path(settings.VAR_DIR) / "operations"


def prepare() -> None:
    """Raises Fault for another user: what root writes here, the platform cannot read."""
    owner = Path(settings.VAR_DIR).stat().st_uid
    if owner != os.geteuid():
        name = pwd.getpwuid(owner).pw_name
        text = _("请以用户 %(name)s 执行，否则平台读不了写下的文件：runuser -u %(name)s -- …")
        raise Fault(text % {"name": name}, "other_user")
    keep_private(folder())


@contextmanager
def room(purpose: str) -> Iterator[Path]:
    """A private folder beside the database for what is not encrypted; what a killed one left goes first.

    Whoever asks holds the lock of that purpose.
    """
    for left in folder().glob(f"{purpose}-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f"{purpose}-", dir=folder()) as made:
        yield Path(made)


def note(
    what: str, *, ok: bool, summary: str, directory: Path | None = None, moment: dt.datetime | None = None
) -> None:
    """Write it down whole or not at all: a reader never sees half a file. It was just now, or at `moment`."""
    facts = {"moment": (moment or timezone.now()).isoformat(), "ok": ok, "summary": summary}
    kept = str(directory) if directory else _of(what).get("directory", "")
    draft = folder() / f"{what}.json.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWN_FILE), "w") as file:
        json.dump(facts | {"directory": kept}, file, ensure_ascii=False)
    draft.replace(folder() / f"{what}.json")


def read(what: str) -> Last | None:
    facts = _of(what)
    if not facts:
        return None
    return Last(dt.datetime.fromisoformat(facts["moment"]), facts["ok"], facts["summary"])


def shelf_in_use() -> Path | None:
    """Where backups went last: what `drill` without a directory looks at."""
    directory = _of(BACKUP).get("directory")
    return Path(directory) if directory else None


def _of(what: str) -> dict[str, Any]:
    try:
        found = json.loads((folder() / f"{what}.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def on_record(what: str, warn: Callable[[str], object]) -> Iterator[None]:
    """What goes wrong within is written down, and people are told of it as far as the database answers."""
    try:
        with in_words():
            yield
    except Busy:
        raise
    except Fault as fault:
        log.error("%s failed: %s", what, fault.code)
        _failed(what, fault.message, warn)
        raise


def _failed(what: str, reason: str, warn: Callable[[str], object]) -> None:
    with suppress(OSError):
        keep_private(folder())
        note(what, ok=False, summary=reason)
    with suppress(DatabaseFailed):
        warn(reason)
