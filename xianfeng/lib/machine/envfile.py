"""The file that the settings come from: an installed machine's, or the secrets that a first run makes."""

import base64
import os
import secrets
import sys
from pathlib import Path

# The installer's. Where it is, every command reads it: one that was run in a shell which had not loaded the
# file would else work on a fresh SQLite, without a word.
INSTALLED = Path("/etc/xianfeng/env")


def chosen(default: Path, installed: Path = INSTALLED) -> Path | None:
    """ENV_FILE, else `installed`, else `default`. ENV_FILE= chooses none.

    Raises SystemExit where the file that counts is missing or not ours to read.
    """
    named = os.environ.get("ENV_FILE")
    if named == "":
        return None
    if named is None and not exists(installed):
        return default if default.is_file() else None
    path = Path(named) if named else installed
    if not os.access(path, os.R_OK):
        sys.exit(f"Refused: {path} cannot be read. On an installed machine use xianfeng-manage.")
    return path


def exists(path: Path) -> bool:
    """Also where its folder is closed to us: then it is there, and somebody else's."""
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


HEAD = "# Made by `manage.py generate_env` for this machine alone; .env.example explains every variable.\n"
EARLIER = f"{HEAD}DEBUG=true\n"  # errors were a developer's yellow page to everybody who tried the portal
PRESENT = f"""\
{HEAD}# This machine's own browser reaches the portal by plain http.
SECURE=false
# Developers: DEBUG=true shows where an error broke, instead of the page that people see, and /styleguide/.
"""
SECRETS = """\
SECRET_KEY={secret_key}
FIELD_ENCRYPTION_KEYS={encryption_key}
"""


def write_env_file(path: Path) -> bool:
    """Write fresh secrets to `path`, readable by its owner only. False where the file exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = PRESENT + SECRETS.format(
        secret_key=secrets.token_urlsafe(50),
        encryption_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(text)
    return True


def renew_env_file(path: Path) -> bool:
    """Take DEBUG out of a file that an earlier release made; its secrets stay. False where it is not one."""
    text = path.read_text()
    if not text.startswith(EARLIER):
        return False
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(0o600)
    fresh.write_text(PRESENT + text.removeprefix(EARLIER))
    fresh.replace(path)
    return True
