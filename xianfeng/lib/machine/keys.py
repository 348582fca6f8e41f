"""Keys for development. Free of Django, since settings.py imports it."""

import base64
import hashlib


def development_key(secret: str) -> str:
    """A stable encryption key made from `secret`, for development only: production sets its own."""
    digest = hashlib.sha256(b"field-encryption:" + secret.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()
