"""What a visitor has filled in so far, kept in the session until it is sent; nothing is half done."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from members.models import Organization, Registration, User
from members.registration.registering import Application
from xianfeng.lib.crypto import decrypt, encrypt

KEY = "join"


@dataclass
class Draft:
    """One visitor's answers for one QR code; the address is kept encrypted even here."""

    place: str
    name: str = ""
    mobile: str = ""
    unit: int | None = None
    proof: int | None = None
    user: int | None = None  # set once the mobile is proven
    estate: int | None = None
    sealed_address: str = ""
    skills: str = ""
    free_times: str = ""
    intentions: str = ""
    has_home: bool = False

    @property
    def address(self) -> str:
        return decrypt(self.sealed_address) if self.sealed_address else ""

    @address.setter
    def address(self, text: str) -> None:
        self.sealed_address = encrypt(text) if text else ""

    @property
    def is_proven(self) -> bool:
        return self.user is not None

    def save(self, session: SessionBase) -> None:
        session[KEY] = asdict(self)

    @classmethod
    def of(cls, session: SessionBase, place: Organization) -> "Draft":
        """The answers for this place; another place's answers are not taken over."""
        kept: dict[str, Any] = session.get(KEY) or {}
        if kept.get("place") == place.public_code:
            return cls(**kept)
        estate = place.pk if place.kind == Organization.Kind.ESTATE else None
        return cls(place=place.public_code, estate=estate)

    def application(self, place: Organization) -> Application:
        estate = Organization.objects.estates().filter(pk=self.estate or 0).first()
        return Application(
            name=self.name,
            mobile=self.mobile,
            unit=Organization.objects.get(pk=self.unit or 0),
            community=community_of(place),
            estate=estate,
            address=self.address,
            skills=self.skills,
            intentions=self.intentions,
            free_times=self.free_times,
        )

    def take_over(self, registration: Registration) -> None:
        """Fill in what a returned application said, so that only the mistake is typed again."""
        self.estate, self.address = registration.estate_id, registration.address
        self.skills, self.intentions = registration.skills, registration.intentions
        self.free_times = registration.free_times

    def applicant(self) -> User:
        return User.objects.get(pk=self.user or 0)


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)


def community_of(place: Organization) -> Organization:
    """The community whose QR code this is, or in which the estate lies."""
    if place.kind == Organization.Kind.ESTATE and place.parent:
        return place.parent
    return place
