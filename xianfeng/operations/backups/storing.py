"""Files of a backup: private, counted and hashed while they are written, and encrypted where that is asked.

The format of encrypted files is age (age-encryption.org): written for a public key, in a stream, with an
authentication of its own, and opened by the common tool `age` as well, without a line of this code. The
machine that writes backups holds no key that opens them. GnuPG would do; its keyrings, trust and agent are a
state of the machine that a restore on a bare one had to rebuild first.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyrage
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from xianfeng.lib.machine.private import OWN_FILE, OWN_FOLDER
from xianfeng.operations.backups.faults import Fault, absolute_path_needed, service_user

CHUNK = 1024 * 1024
SEALED = ".age"


@dataclass(frozen=True)
class Stored:
    """A file as it lies in the backup."""

    bytes: int
    sha256: str


@dataclass
class Sink:
    """Passes on what is written, and remembers how much it was, its hash, and what went wrong.

    The library forgets an error of the last write, which it makes when its buffer is dropped.
    """

    file: IO[bytes]
    size: int = 0
    error: OSError | None = None
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        try:
            self.file.write(data)
        except OSError as error:
            self.error = self.error or error
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self.file.flush()

    @property
    def stored(self) -> Stored:
        return Stored(self.size, self.digest.hexdigest())


def recipients() -> list[pyrage.x25519.Recipient]:
    """The public keys of BACKUP_RECIPIENTS; none: backups are not encrypted. Raises Fault."""
    try:
        return [pyrage.x25519.Recipient.from_str(key.strip()) for key in settings.BACKUP_RECIPIENTS]
    except pyrage.RecipientError as error:
        text = _(
            "BACKUP_RECIPIENTS 里有一项不是 age 公钥（应以 age1 开头）。请用 age-keygen 输出的公钥改正。"
        )
        raise Fault(text, "recipient") from error


def identities(path: Path | None) -> list[pyrage.x25519.Identity]:
    """The private keys of a file as age-keygen writes it. Raises Fault."""
    if path is None:
        return []
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (FileNotFoundError, NotADirectoryError) as error:
        text = _("没有找到备份私钥 %(path)s。") + absolute_path_needed()
        raise Fault(text % {"path": path.absolute()}, "identity") from error
    except PermissionError as error:
        text = _(
            "没有权限读备份私钥 %(path)s：平台的服务用户要读得到它。请由 root 执行 "
            "install -m 600 -o %(user)s %(path)s %(folder)s/，再写明复制出来的那个文件；用完即删除它。"
        )
        facts = {"path": path.absolute(), "user": service_user(), "folder": settings.VAR_DIR}
        raise Fault(text % facts, "identity") from error
    except (IsADirectoryError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise no_key(path) from error
    if not found:
        raise no_key(path)
    return found


def no_key(path: Path) -> Fault:
    text = _("%(path)s 不是备份私钥。应是 age-keygen 生成的文件（AGE-SECRET-KEY-1 开头的一行）。")
    return Fault(text % {"path": path.absolute()}, "identity")


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only the owner reads, on the disk when this ends."""
    make_private(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_FILE)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def make_private(folder: Path) -> None:
    """`mkdir(parents=True)` would give the parents the mode that the umask leaves."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=OWN_FOLDER, exist_ok=True)


def store(source: IO[bytes], path: Path, keys: Sequence[pyrage.x25519.Recipient]) -> Stored:
    """Write a stream to a new file, encrypted for `keys` where there are some."""
    with private_file(path) as file:
        sink = Sink(file)
        if keys:
            _encrypt(source, sink, keys)
        else:
            shutil.copyfileobj(source, sink, CHUNK)
    return sink.stored


def _encrypt(source: IO[bytes], sink: Sink, keys: Sequence[pyrage.x25519.Recipient]) -> None:
    try:
        pyrage.encrypt_io(source, sink, keys)
    except pyrage.EncryptError as error:
        raise sink.error or OSError(str(error)) from error
    if sink.error:
        raise sink.error


def unseal(path: Path, target: IO[bytes], keys: Sequence[pyrage.x25519.Identity]) -> None:
    """Write what a stored file holds to `target`; without keys it is plain. Raises Fault."""
    with path.open("rb") as source:
        if keys:
            _decrypt(source, Sink(target), keys, path)
        else:
            shutil.copyfileobj(source, target, CHUNK)


def _decrypt(source: IO[bytes], sink: Sink, keys: Sequence[pyrage.x25519.Identity], path: Path) -> None:
    try:
        pyrage.decrypt_io(source, sink, keys)
    except pyrage.DecryptError as error:
        text = _("给出的备份私钥打不开 %(name)s：它是为另一把公钥加密的。请换用对应的私钥文件。")
        raise Fault(text % {"name": path.name}, "wrong_identity") from error
    except OSError as error:
        if sink.error:
            raise sink.error from error
        raise Fault(_("%(name)s 解密到一半出错，文件已损坏。") % {"name": path.name}, "damaged") from error
    if sink.error:
        raise sink.error


def hash_of(path: Path) -> Stored:
    with path.open("rb") as file:
        return Stored(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def check_free(folder: Path, amount: int) -> None:
    """Raises Fault before anything is written where it would not fit."""
    free = shutil.disk_usage(folder).free
    if free < amount:
        text = _(
            "%(path)s 所在的磁盘只剩 %(free)s，约需 %(needed)s，没有开始。"
            "请腾出空间、换一个目录，或先把较早的备份移到别处。"
        )
        facts = {"path": folder, "free": filesizeformat(free), "needed": filesizeformat(amount)}
        raise Fault(text % facts, "no_space")


def sync(folder: Path) -> None:
    """Names are on the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
