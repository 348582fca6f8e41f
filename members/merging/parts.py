"""What belongs to a person, room by room: each room that holds some has a `merged.py` with a PART."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from members.models import Member, Merge, User
from xianfeng.lib.rooms import load

# Plain data that survives JSON: ids, former values.
type Moved = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """What moves from one record to another in one room, and back.

    `preview` gives label and amount, for people; `move` returns what `restore` needs. Parts are taken in
    the order of `rank`, which is the platform's order of locks: member, task, then the ledger's head.
    """

    name: str
    rank: int
    preview: Callable[[Member, Member], Iterable[tuple[str, str]]]
    move: Callable[[Merge, User], Moved]
    restore: Callable[[Merge, Moved, User], None]


def parts() -> list[Part]:
    return sorted((module.PART for module in load("merged")), key=lambda part: part.rank)
