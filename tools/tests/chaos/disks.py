"""Disks that can be filled: file systems of their own in memory. Need root."""

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1024 * 1024


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of that size ("64k") at `folder`, which is there; what is written goes with it."""
    mode = f"{folder.stat().st_mode & 0o777:o}"
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode={mode}", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte to spare on the disk of `folder`."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (BLOCK, 1024, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size):
                        pass
        yield
    finally:
        ballast.unlink()
