"""What a page says after a redirect may name people: the cookie that carries it is no text."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core.signing import BadSignature

from xianfeng.lib.crypto.cipher import DecryptionError, decrypt, encrypt


class Sealer:
    """In the place of Django's signer: the cipher finds what was tampered with, too."""

    def sign_object(self, obj: Any, *, serializer: Any, compress: bool = False) -> str:
        return encrypt(serializer().dumps(obj).decode("latin-1"))

    def unsign_object(self, token: str, *, serializer: Any) -> Any:
        """Raises BadSignature where no key opens it."""
        try:
            return serializer().loads(decrypt(token).encode("latin-1"))
        except (DecryptionError, UnicodeError) as error:
            raise BadSignature from error


class SealedCookieStorage(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = Sealer()


class SealedStorage(FallbackStorage):
    """For ``MESSAGE_STORAGE``; what is too long for a cookie goes into the session, as Django does it."""

    storage_classes = (SealedCookieStorage, SessionStorage)
