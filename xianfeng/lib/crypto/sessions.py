"""What a session holds (a mobile being proven, say) is no text in the database."""

from typing import Any

from django.core.signing import JSONSerializer

from xianfeng.lib.crypto.cipher import decrypt_bytes, encrypt_bytes


class SealedSerializer:
    """For ``SESSION_SERIALIZER``; a session that no key opens is an empty one."""

    def dumps(self, data: Any) -> bytes:
        return encrypt_bytes(JSONSerializer().dumps(data))

    def loads(self, data: bytes) -> Any:
        """Raises DecryptionError."""
        return JSONSerializer().loads(decrypt_bytes(data))
