"""Which keys a backup's ciphertext was written with, without the keys: fingerprints."""

import hashlib
import hmac
from collections.abc import Sequence

from django.utils.translation import gettext as _

from xianfeng.lib.crypto import cipher
from xianfeng.operations.backups.faults import Fault

DIGITS = 16


def fingerprints() -> list[str]:
    """One for each of the configured keys, in their order. A key is random: nothing leads back to it."""
    return [_fingerprint(key) for key in cipher.configured()]


def _fingerprint(key: str) -> str:
    return hmac.digest(key.encode(), b"fingerprint", hashlib.sha256).hex()[:DIGITS]


def check_keys(needed: Sequence[str]) -> None:
    """Raises Fault where the configured keys do not open what was written with those."""
    present = fingerprints()
    absent = [one for one in needed if one not in present]
    if absent:
        text = _(
            "现在的 FIELD_ENCRYPTION_KEYS 打不开这份备份：缺少指纹为 %(absent)s 的密钥。"
            "请从离线保管处取回当时的密钥，按原来的次序填入，再执行一次。"
        )
        raise Fault(text % {"absent": "、".join(absent)}, "wrong_keys")
    if needed and needed[-1] != present[-1]:
        text = _(
            "FIELD_ENCRYPTION_KEYS 的最后一把应是指纹为 %(last)s 的密钥，否则按手机号找不到人。"
            "请把它移到最后，再执行一次。"
        )
        raise Fault(text % {"last": needed[-1]}, "wrong_keys")
