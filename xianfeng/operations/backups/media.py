"""The media folder in step with the database: every file that the snapshot names, as it was for the snapshot.

Files come and go while a backup runs. Those named before the snapshot are copied first, so that one that is
deleted meanwhile is there; after the snapshot follows what is new, and what has changed since its copy (a
file that was still being written). What no longer is named goes.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.utils._os import safe_join
from django.utils.translation import gettext as _

from xianfeng.operations.backups.faults import Fault
from xianfeng.operations.backups.manifest import MEDIA, Manifest
from xianfeng.operations.backups.storing import SEALED, Stored, make_private, private_file, store, unseal

State = tuple[int, int]  # size, moment of the last change


@dataclass
class Copies:
    """What was copied into a backup so far, by the name that the rows know."""

    folder: Path
    keys: Sequence[pyrage.x25519.Recipient]
    done: dict[str, tuple[State, Stored]] = field(default_factory=dict)

    def take(self, names: set[str]) -> None:
        """Copy what is not there yet, or is not any more as it was copied; what is gone keeps its copy."""
        for name in sorted(names):
            path = Path(default_storage.path(name))
            try:
                self._copy(name, path)
            except FileNotFoundError:
                continue

    def _copy(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            status = os.fstat(source.fileno())
            state = (status.st_size, status.st_mtime_ns)
            if name in self.done and self.done[name][0] == state:
                return
            self._place(name).unlink(missing_ok=True)
            self.done[name] = (state, store(source, self._place(name), self.keys))

    def keep_only(self, names: set[str]) -> None:
        for name in set(self.done) - names:
            self._place(name).unlink()
            del self.done[name]

    def stored(self) -> dict[str, Stored]:
        """By the path in the backup."""
        return {stored_name(name, self.keys): stored for name, (_state, stored) in self.done.items()}

    def _place(self, name: str) -> Path:
        return self.folder / stored_name(name, self.keys)


def stored_name(name: str, keys: Sequence[pyrage.x25519.Recipient]) -> str:
    return f"{MEDIA}/{name}{SEALED if keys else ''}"


def name_of(stored: str, *, encrypted: bool) -> str:
    """The name that the rows know, of a path in the backup."""
    return stored.removeprefix(f"{MEDIA}/").removesuffix(SEALED if encrypted else "")


def size_on_disk(names: set[str]) -> int:
    paths = (Path(default_storage.path(name)) for name in names)
    return sum(path.stat().st_size for path in paths if path.is_file())


def unpack(manifest: Manifest, backup: Path, target: Path, keys: Sequence[pyrage.x25519.Identity]) -> None:
    """Lay the files down under `target`, which is made. Raises Fault for a name that leads out of it."""
    shutil.rmtree(target, ignore_errors=True)
    make_private(target)
    for stored in manifest.media:
        try:
            place = Path(safe_join(target, name_of(stored, encrypted=manifest.encrypted)))
        except SuspiciousFileOperation as error:
            raise Fault(_("备份里的文件名 %(name)s 不合规。") % {"name": stored}, "bad_name") from error
        with private_file(place) as file:
            unseal(backup / stored, file, keys)


def lost(names: set[str], target: Path) -> list[str]:
    """Which files that rows name are not there."""
    return sorted(name for name in names if not (target / name).is_file())
