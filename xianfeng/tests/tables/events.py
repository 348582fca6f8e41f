"""How an event of the table in `told.py` is written down: its walk, and who is told by which channel."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast

BY_MAIL, IN_PORTAL, BY_TEXT, BY_ALL = "站内、邮件", "站内", "短信", "站内、邮件、短信"
Told = dict[str, set[str]]


@dataclass
class Stage:
    """What an event may use: the cast, the clock and a folder for files."""

    cast: Cast
    set_clock: Callable[[dt.datetime], None]
    folder: Path


Walk = Callable[[Stage], Iterator[None]]


@dataclass(frozen=True)
class Event:
    """`told`: by channel, who gets a message of these kinds."""

    walk: Walk
    kinds: tuple[str, ...]
    told: Told


EVENTS: dict[str, Event] = {}


def event(name: str, *kinds: str, **told: str) -> Callable[[Walk], Walk]:
    """Recipients by `mail`, `portal`, `text` and `every` way, parted by blanks."""
    channels = {"mail": BY_MAIL, "portal": IN_PORTAL, "text": BY_TEXT, "every": BY_ALL}

    def declare(walk: Walk) -> Walk:
        assert name not in EVENTS
        EVENTS[name] = Event(walk, kinds, {channels[way]: set(who.split()) for way, who in told.items()})
        return walk

    return declare


def again(*steps: Callable[[], object]) -> None:
    """Once more; what is over says so."""
    for step in steps:
        with suppress(Refusal):
            step()
