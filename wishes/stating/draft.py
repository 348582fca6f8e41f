"""A resident's answers on the way from page to page, so that every page is one to come back to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.forms import Form
from django.utils import timezone

from members.models import Organization
from wishes.stating.forms import ContactForm, NeedForm

KEY = "wish"
# In seconds. A tablet in a hall passes from hand to hand: what one person left is not the next one's.
KEPT = 30 * 60
SHORT = 100  # characters of an answer whose field names no bound


@dataclass
class Draft:
    """One visitor's answers for one place; the session that keeps them is stored encrypted."""

    place: str
    at: float = 0.0
    need: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    is_sent: bool = False  # the contact page was sent, with consent, so it says what is missing

    @classmethod
    def of(cls, session: SessionBase, place: Organization) -> "Draft":
        """The answers for this place; another place's, or old ones, are not taken over."""
        kept: dict[str, Any] = session.get(KEY) or {}
        if kept.get("place") == place.public_code and timezone.now().timestamp() - kept["at"] < KEPT:
            return cls(**kept)
        return cls(place=place.public_code)

    def save(self, session: SessionBase) -> None:
        self.at = timezone.now().timestamp()
        session[KEY] = asdict(self)

    def need_form(self) -> NeedForm:
        return NeedForm(self.need or None)

    def contact_form(self) -> ContactForm:
        if self.is_sent:
            return ContactForm(self.contact | {"consent": "on"})
        return ContactForm(initial={name: text for name, text in self.contact.items() if text})


def answers(form: type[Form], data: Mapping[str, Any]) -> dict[str, str]:
    """What was written into a form's own fields; of a text far too long, enough to be told so."""
    fields = {name: getattr(field, "max_length", None) or SHORT for name, field in form.base_fields.items()}
    return {name: str(data.get(name, ""))[: 2 * most] for name, most in fields.items()}


def contact_answers(data: Mapping[str, Any]) -> dict[str, str]:
    """How to reach the person, with their consent alone, which is asked anew each time."""
    if not data.get("consent"):
        return {}
    return {name: text for name, text in answers(ContactForm, data).items() if name != "consent"}


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
