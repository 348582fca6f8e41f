"""People without an account, told by text message.

A message names the row where such a person left a number. The room that keeps these rows has an
`addressee.py`, which is asked for the number when the message goes out: no copy of it lies here, and none
outlives the row's own.
"""

from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from xianfeng.lib.rooms import load

if TYPE_CHECKING:
    from members.models import User


class Addressee(NamedTuple):
    """Whoever left a number with this row; `kind` is the KIND of the room that knows it."""

    kind: str
    pk: int


@cache
def rooms() -> dict[str, ModuleType]:
    """By kind. Each has `mobile_of(pk)`, "" once the number is forgotten, `seen_by(user)` and LABEL."""
    return {room.KIND: room for room in load("addressee")}


def mobile_of(addressee: Addressee) -> str:
    """The number as it is now; "" where there is none any more."""
    room = rooms().get(addressee.kind)
    return str(room.mobile_of(addressee.pk)) if room else ""


def label_of(kind: str) -> str:
    """Who that is, for people who read of it; of a kind that is no more, the stored name."""
    return str(rooms()[kind].LABEL) if kind in rooms() else kind


def seen_by(user: "User", field: str = "") -> Q:
    """Messages, or rows that reach one by `field`, about what the user's desk may look after."""
    found = Q(pk__in=[])
    for kind, room in rooms().items():
        about = {f"{field}addressee_kind": kind, f"{field}addressee_id__in": room.seen_by(user)}
        found |= Q(**about)
    return found
