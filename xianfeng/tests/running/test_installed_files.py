"""What an installed machine reads: its env file, and static files collected by root."""

import os
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from xianfeng.lib.machine.envfile import chosen
from xianfeng.lib.web.static import PublicStaticFiles
from xianfeng.tests.test_settings import in_fresh_process

EXAMPLE = Path(settings.BASE_DIR) / ".env.example"


def by_django() -> dict[str, str]:
    kept = dict(os.environ)
    os.environ.clear()
    try:
        environ.Env.read_env(EXAMPLE)
        return dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(kept)


def by_shell() -> dict[str, str]:
    """As the manuals of old had it: `set -a; . file`. A line that the shell trips over fails."""
    dump = "import json, os; print(chr(10).join(f'{k}={v}' for k, v in os.environ.items()))"
    run = subprocess.run(  # noqa: S603
        ["bash", "-euc", f'set -a; . "{EXAMPLE}"; "{sys.executable}" -c "$DUMP"'],  # noqa: S607
        env={"PATH": os.environ["PATH"], "DUMP": dump},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    return dict(line.split("=", 1) for line in run.stdout.splitlines())


def test_a_shell_and_django_read_the_same_from_the_example():
    read = by_django()
    assert read["DEFAULT_FROM_EMAIL"] == "先锋微家 <noreply@portal.example.org>"
    shell = by_shell()
    assert read == {name: shell[name] for name in read}


def test_every_value_of_the_example_is_bare_or_whole_in_single_quotes():
    """What systemd reads alike too: no escapes, no expansion, no blank outside of quotes."""
    for line in EXAMPLE.read_text().splitlines():
        if line and not line.startswith("#"):
            value = line.partition("=")[2]
            quoted = value.startswith("'") and value.endswith("'") and value.count("'") == 2
            assert quoted or not set(value) & set(" '\"\\$<>#&;|()`*?~"), line


def test_an_installed_env_file_is_found_by_itself(tmp_path, monkeypatch):
    installed, default = tmp_path / "env", tmp_path / ".env"
    monkeypatch.delenv("ENV_FILE")
    assert chosen(default, installed) is None
    default.touch()
    assert chosen(default, installed) == default
    installed.touch()
    assert chosen(default, installed) == installed
    monkeypatch.setenv("ENV_FILE", "")
    assert chosen(default, installed) is None


def test_a_named_env_file_that_is_missing_stops_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit, match="xianfeng-manage"):
        chosen(tmp_path / ".env")


def test_an_installed_env_file_that_is_not_ours_to_read_stops_everything(tmp_path, monkeypatch):
    monkeypatch.delenv("ENV_FILE")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (tmp_path / "env").touch()
    with pytest.raises(SystemExit, match="cannot be read"):
        chosen(tmp_path / ".env", tmp_path / "env")


def test_static_files_are_everybodys_to_read_though_uploads_are_not(tmp_path):
    storage = PublicStaticFiles(location=tmp_path / "static", base_url="/static/")
    before = os.umask(0o077)
    try:
        storage.save("css/page.css", ContentFile(b"a { color: red }\n" * 500))
        list(storage.post_process({"css/page.css": (storage, "css/page.css")}))
    finally:
        os.umask(before)
    collected = list((tmp_path / "static").rglob("*"))
    assert {"staticfiles.json", "page.css.br", "page.css.gz", "page.css"} <= {path.name for path in collected}
    for path in collected:
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_production_collects_by_that_storage(tmp_path):
    shown = in_fresh_process("print(s.STORAGES['staticfiles']['BACKEND'])", VAR_DIR=str(tmp_path))
    assert shown == f"{PublicStaticFiles.__module__}.{PublicStaticFiles.__qualname__}"


def test_the_modes_can_still_be_set():
    assert PublicStaticFiles(location="/x", file_permissions_mode=0o640).file_permissions_mode == 0o640
