"""Static files that whoever serves them can read, whatever the umask of the person who collects them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

PUBLIC_FILE, PUBLIC_FOLDER = 0o644, 0o755


class PublicStaticFiles(CompressedManifestStaticFilesStorage):
    """Django gives static files the modes of uploads (0600, 0700): what root collects, nobody else reads."""

    def __init__(self, *args: Any, **options: Any) -> None:
        modes = {"file_permissions_mode": PUBLIC_FILE, "directory_permissions_mode": PUBLIC_FOLDER}
        super().__init__(*args, **modes | options)

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """The compressed twins are written past the storage, with the mode that the umask leaves."""
        for name, compressed in super().compress_files(paths):
            Path(self.path(compressed)).chmod(PUBLIC_FILE)
            yield name, compressed


def collect() -> None:
    """Collect and compress what changed since it was last done here: for nothing it takes ten seconds."""
    mark, now = settings.VAR_DIR / "static-collected", fingerprint()
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and mark.exists() and mark.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(now)


def fingerprint() -> str:
    """Of every static file's name, size and age, and of where they are collected."""
    found = [f"{settings.STATIC_ROOT}"]
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            found.append(f"{name} {about.st_size} {about.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
