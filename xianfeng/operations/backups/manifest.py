"""The manifest of a backup: what it holds, with the hash of every file, under a seal of its own.

It is plain text, also of an encrypted backup: it names no person, and a machine without the private key can
still tell whether every file is whole. The seal is a keyed hash by the last of FIELD_ENCRYPTION_KEYS: who
holds neither key can change no backup, put one together, or swap two of them unnoticed.
"""

import datetime as dt
import hmac
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from xianfeng.lib.crypto import cipher
from xianfeng.operations.backups.facts import Facts, LedgerState
from xianfeng.operations.backups.faults import Fault
from xianfeng.operations.backups.keys import check_keys
from xianfeng.operations.backups.storing import Stored, hash_of, private_file

NAME = "manifest.json"
FORMAT = 1
MEDIA = "media"


@dataclass(frozen=True)
class Manifest:
    """`files` lie in the backup, by their path in it; `missing` are those that rows name and no disk had."""

    started: dt.datetime
    seconds: float
    engine: str
    made_by: str
    database: str
    encrypted: bool
    keys: list[str]
    facts: Facts
    files: dict[str, Stored]
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def media(self) -> dict[str, Stored]:
        return {name: stored for name, stored in self.files.items() if name != self.database}

    @property
    def bytes(self) -> int:
        return sum(stored.bytes for stored in self.files.values())

    def summary(self) -> dict[str, Any]:
        """The stable keys of `--json`."""
        dump = self.files[self.database]
        return {
            "engine": self.engine, "started": self.started.isoformat(), "seconds": round(self.seconds, 3),
            "database": {**asdict(dump), "tables": self.facts.tables},
            "media": {
                "files": len(self.media),
                "bytes": sum(stored.bytes for stored in self.media.values()),
                "missing": len(self.missing),
            },
            "ledger": {name: getattr(self.facts.ledger, name) for name in ("ok", "lines", "head")},
            "encrypted": self.encrypted, "keys": self.keys,
        }  # fmt: skip


def write(manifest: Manifest, folder: Path) -> None:
    content = asdict(manifest) | {"started": manifest.started.isoformat()}
    content["seal"] = _seal(content)
    with private_file(folder / NAME) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1).encode())


def read(folder: Path) -> Manifest:
    """Raises Fault where it cannot be read, is of newer code, or is not as it was written."""
    try:
        content = json.loads((folder / NAME).read_text())
        seal, form = content.pop("seal"), content["format"]
        keys = list(content["keys"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = _("%(folder)s 不是一份完整的备份（缺少或读不出 manifest.json）。请换另一份。")
        raise Fault(text % {"folder": folder}, "no_manifest") from error
    if form != FORMAT:
        raise Fault(_("这份备份是更新版本的程序做的。请先升级程序，再恢复。"), "newer_format")
    check_keys(keys)
    if not hmac.compare_digest(str(seal), _seal(content)):
        text = _("%(folder)s 的清单被改动过，不能用于恢复。请换另一份，并查清是谁动过它。")
        raise Fault(text % {"folder": folder}, "broken_seal")
    return _manifest(content)


def _seal(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return cipher.blind_index(text, purpose="backup manifest")


def _manifest(content: dict[str, Any]) -> Manifest:
    facts = content.pop("facts")
    files = {name: Stored(**stored) for name, stored in content.pop("files").items()}
    ledger = LedgerState(**facts.pop("ledger"))
    started = dt.datetime.fromisoformat(content.pop("started"))
    return Manifest(**content, started=started, files=files, facts=Facts(**facts, ledger=ledger))


def check_files(manifest: Manifest, folder: Path) -> None:
    """Raises Fault that names the first file which is not as it was written."""
    for name, stored in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise Fault(_("备份里缺少文件 %(name)s。请换另一份备份。") % {"name": name}, "file_missing")
        if hash_of(path) != stored:
            text = _("备份里的文件 %(name)s 与清单的校验值不符，已损坏或被改动。请换另一份备份。")
            raise Fault(text % {"name": name}, "hash_mismatch")
