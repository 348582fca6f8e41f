"""The platform's folder and database are its own user's alone."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from xianfeng.lib.machine.private import keep_database_private, keep_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_folder_and_one_left_open_are_closed(tmp_path: Path):
    made, left_open = tmp_path / "a" / "new", tmp_path / "old"
    left_open.mkdir()
    left_open.chmod(0o755)
    for folder in (made, left_open):
        keep_private(folder)
        assert mode(folder) == 0o700


def test_a_database_left_readable_is_closed_when_it_is_opened(tmp_path: Path):
    path = tmp_path / "db.sqlite3"
    path.touch(0o644)
    path.chmod(0o644)
    keep_database_private(SimpleNamespace(vendor="sqlite", settings_dict={"NAME": path}))
    assert mode(path) == 0o600


def test_what_belongs_to_somebody_else_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    keep_private(tmp_path)
    assert mode(tmp_path) == 0o755
