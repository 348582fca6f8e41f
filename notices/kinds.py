"""Kinds of messages: what the admin, and one day a person's preferences, call them.

Each errand declares the kinds it sends in its own `messages.py`; the platform loads all of these when it
starts, so that the list is whole. Nothing of a kind that is not in it can be sent.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

EMAIL, SMS = "email", "sms"


@dataclass(frozen=True)
class Kind:
    """What a message is about, for its reader. `name` is stored and never changes; `told` says who gets it.

    Mandatory is what nobody may switch off: compliance mail (DOMAIN 4.6) and warnings about one's account.
    What goes to people without an account lies in no inbox of the portal.
    """

    name: str
    label: "_StrOrPromise"
    told: "_StrOrPromise"
    mandatory: bool = False
    channels: tuple[str, ...] = (EMAIL,)
    in_portal: bool = True


ALL: dict[str, Kind] = {}


class UndeclaredKind(LookupError):
    """Somebody sends what no errand has declared."""


def declare(*kinds: Kind) -> tuple[Kind, ...]:
    """Put an errand's kinds on the list. Raises ValueError for a name that is taken."""
    for kind in kinds:
        if kind.name in ALL:
            raise ValueError(f"The kind {kind.name!r} is declared twice.")
        ALL[kind.name] = kind
    return kinds


def check_declared(name: str) -> None:
    """Raises UndeclaredKind."""
    if name not in ALL:
        raise UndeclaredKind(f"No messages.py declares the kind {name!r}.")


def label_of(name: str) -> str:
    """The kind's word for people; of one that is not sent any more, the stored name."""
    return str(ALL[name].label) if name in ALL else name
