"""The cipher, and keyed indexes to look sealed values up.

Keys come from ``settings.FIELD_ENCRYPTION_KEYS`` (urlsafe base64, 32 bytes each). The first one writes,
all of them read, so a key is rotated by putting a new one in front. What is looked up by its value is
written with the *last* one instead, which rotation keeps.
The cipher is AES-SIV (RFC 5297), which takes no harm from a repeated nonce. It stands behind these few
functions alone: an SM4 variant would change this file only.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.encoding import force_bytes

NONCE = 16  # bytes
SIV = "2."  # what this cipher writes begins so; without it a token is Fernet's, of before
TAIL = 16  # hex digits of a keyed index of a number's last four


class DecryptionError(ValueError):
    """The stored text was written with a key that is not configured, or was tampered with."""


def configured() -> tuple[str, ...]:
    """Raises ImproperlyConfigured where there is no key."""
    keys = tuple(settings.FIELD_ENCRYPTION_KEYS)
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty.")
    return keys


@lru_cache(maxsize=32)
def _derived(key: str, purpose: str) -> bytes:
    return hashlib.sha512(force_bytes(key) + b":" + purpose.encode()).digest()


@lru_cache(maxsize=32)
def _siv(key: str, purpose: str) -> AESSIV:
    return AESSIV(_derived(key, purpose))


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(force_bytes(key)) for key in keys])


def encrypt_bytes(data: bytes) -> bytes:
    """Other bytes every time, the nonce in front."""
    nonce = os.urandom(NONCE)
    return nonce + _siv(configured()[0], "text").encrypt(data, [nonce])


def decrypt_bytes(data: bytes) -> bytes:
    """Raises DecryptionError when no configured key opens them."""
    return _opened(data[NONCE:], "text", configured(), [data[:NONCE]])


def encrypt(text: str) -> str:
    """A fresh token for `text`; the same text gives another token every time."""
    return SIV + urlsafe_b64encode(encrypt_bytes(text.encode())).decode()


def decrypt(token: str) -> str:
    """The text of `token`. Raises DecryptionError when no configured key opens it."""
    if token.startswith(SIV):
        return decrypt_bytes(_bytes_of(token.removeprefix(SIV))).decode()
    try:
        return _fernet(configured()).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise _closed() from error


def seal_number(number: str) -> str:
    """One and the same token for a number: equal numbers stay equal, and the last four can be looked up.

    The token is a keyed index of the last four digits and the number itself, encrypted.
    """
    sealed = _siv(configured()[-1], "number").encrypt(number.encode(), None)
    return number_tail(number[-4:]) + urlsafe_b64encode(sealed).decode()


def open_number(token: str) -> str:
    """Raises DecryptionError when no configured key opens it."""
    return _opened(_bytes_of(token[TAIL:]), "number", configured()[::-1], None).decode()


def number_tail(digits: str) -> str:
    """How the token of every number that ends with these four digits begins."""
    key = _derived(configured()[-1], "tail")
    return hmac.digest(key, digits.encode(), "sha256").hex()[:TAIL]


def blind_index(text: str, *, purpose: str) -> str:
    """64 hex digits that are the same for the same text and purpose: an index without the text."""
    key = hashlib.sha256(force_bytes(configured()[-1]) + purpose.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _opened(data: bytes, purpose: str, keys: Sequence[str], nonce: list[bytes] | None) -> bytes:
    for key in keys:
        try:
            return _siv(key, purpose).decrypt(data, nonce)
        except (InvalidTag, ValueError):  # ValueError: too short to be one
            continue
    raise _closed()


def _bytes_of(token: str) -> bytes:
    try:
        return urlsafe_b64decode(token)
    except ValueError as error:
        raise _closed() from error


def _closed() -> DecryptionError:
    return DecryptionError("An encrypted column cannot be opened with the configured keys.")
