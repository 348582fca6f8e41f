"""Static files that whoever serves them can read, whatever the umask of the person who collects them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
