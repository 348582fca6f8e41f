"""Encryption of single columns."""

from .cipher import DecryptionError, blind_index, decrypt, encrypt
from .fields import EncryptedJSONField, EncryptedTextField, NumberField

__all__ = [
    "DecryptionError",
    "EncryptedJSONField",
    "EncryptedTextField",
    "NumberField",
    "blind_index",
    "decrypt",
    "encrypt",
]
