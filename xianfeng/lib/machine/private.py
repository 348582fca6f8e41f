"""Files of the platform that nobody else on the machine reads: its folder 0700, its database 0600."""

import os
from pathlib import Path
from typing import Any

OWN_FOLDER, OWN_FILE = 0o700, 0o600
OF_OTHERS = 0o077


def keep_private(folder: Path) -> None:
    """Make the folder, or close one that an earlier release left open."""
    folder.mkdir(parents=True, exist_ok=True, mode=OWN_FOLDER)
    close_to_others(folder, OWN_FOLDER)


def keep_database_private(connection: Any, **_signal: object) -> None:
    """A receiver of `connection_created`: all of SQLite's files are as the first one is."""
    if connection.vendor == "sqlite" and (path := Path(str(connection.settings_dict["NAME"]))).is_file():
        close_to_others(path, OWN_FILE)


def close_to_others(path: Path, mode: int) -> None:
    """Only the owner may: what belongs to another user of the machine stays as that one set it."""
    status = path.stat()
    if status.st_mode & OF_OTHERS and status.st_uid == os.geteuid():
        path.chmod(mode)
