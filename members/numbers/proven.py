"""The new number on its way to being proven, kept in the session; one walk at a time."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from members.accounts import proving
from members.people.privacy import mask_mobile
from xianfeng.lib.web.network import network_address
from xianfeng.ui.views import attempt

KEY = "number"


@dataclass
class Walk:
    """A code was sent to this number; name, unit and old number are asked of who cannot log in."""

    mobile: str
    proof: int = 0
    name: str = ""
    unit: int = 0
    old: str = ""

    @classmethod
    def of(cls, session: SessionBase) -> "Walk | None":
        kept: dict[str, Any] | None = session.get(KEY)
        return cls(**kept) if kept else None

    def send(self, request: HttpRequest) -> bool:
        """Send a code; every mobile gets the same answer. A refusal is shown on the page."""
        address = network_address(request)
        proof = attempt(request, lambda: proving.send_code(self.mobile, address=address))
        if proof is None:
            return False
        self.proof = proof.pk
        request.session[KEY] = asdict(self)
        return True

    def prove(self, request: HttpRequest, code: str) -> None:
        """Raises CodeRefused."""
        proving.check_code(self.proof, self.mobile, code, address=network_address(request))

    @property
    def masked(self) -> str:
        return mask_mobile(self.mobile)


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
