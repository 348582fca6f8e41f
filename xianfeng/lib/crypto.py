"""Encryption of single columns, and blind indexes to look encrypted values up.

Keys come from ``settings.FIELD_ENCRYPTION_KEYS`` (urlsafe base64, 32 bytes each). The first one
encrypts, all of them decrypt, so a key is rotated by putting a new one in front.
The cipher stands behind these few functions alone: an SM4 variant would change this file only.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.encoding import force_bytes


class DecryptionError(ValueError):
    """The stored text was written with a key that is not configured, or was tampered with."""


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty.")
    return MultiFernet([Fernet(force_bytes(key)) for key in keys])


def _current_cipher() -> MultiFernet:
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    """A fresh token for `text`; the same text gives another token every time."""
    return _current_cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of `token`. Raises DecryptionError when no configured key opens it."""
    try:
        return _current_cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise DecryptionError("An encrypted column cannot be opened with the configured keys.") from error


def blind_index(text: str, *, purpose: str) -> str:
    """64 hex digits that are the same for the same text and purpose: an index without the text.

    It is keyed by the *last* configured key, which rotation keeps, so that look-ups survive it.
    """
    key = hashlib.sha256(force_bytes(settings.FIELD_ENCRYPTION_KEYS[-1]) + purpose.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """A text column that holds ciphertext; empty strings and NULL stay as they are.

    It cannot be searched or ordered: keep a `blind_index` beside it where a look-up is needed.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        # Every token differs, so a comparison would silently find nothing.
        if lookup_name != "isnull":
            raise TypeError("An encrypted column cannot be compared; use a blind index.")
        return super().get_lookup(lookup_name)
