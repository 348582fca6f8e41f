"""Where the embedded Valkey server keeps its socket."""

import hashlib
import os
import tempfile
from pathlib import Path

# The kernel's limit for a socket's path is 107 bytes; some systems have less.
LONGEST_PATH = 100


def socket_path(var_dir: Path) -> Path:
    """The socket under `var_dir`, or in a private temporary folder where that path is too long."""
    path = var_dir.resolve() / "valkey" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"xianfeng-{os.getuid()}-{digest}" / "valkey.sock"
