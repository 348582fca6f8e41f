"""What a backup asks of a database, whichever it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Protocol

Config = dict[str, Any]  # as in settings.DATABASES, with every default filled in
Dump = Callable[[], AbstractContextManager[IO[bytes]]]  # the dump as a stream; raises Fault where it breaks
Feed = Callable[[IO[bytes]], None]  # writes a dump into what it is given


class Engine(Protocol):
    """The database of one `config`. Every method raises Fault where the server or a program says no."""

    @property
    def name(self) -> str:
        """In manifests."""

    @property
    def file(self) -> str:
        """What the dump is called in a backup."""

    @property
    def growth(self) -> int:
        """How many times its dump a database may take on the disk."""

    @property
    def database(self) -> str:
        """The name that an operator knows it by."""

    def made_by(self) -> str:
        """The program that writes the dump, with its version."""

    def size(self) -> int:
        """Bytes on the disk."""

    def snapshot(self, room: Path) -> AbstractContextManager[Dump]:
        """Within, `default` shows one moment, which nothing written meanwhile changes; the dump is of it.

        `room` is a private folder for what has to lie somewhere until then.
        """

    def create(self, purpose: str) -> Config:
        """An empty database beside it, named after the purpose; one that was left over is replaced."""

    def drop(self, config: Config) -> None:
        """Remove one that `create` made, if it is still there."""

    def load(self, config: Config, feed: Feed) -> None:
        """Fill an empty one with a dump."""

    def check_unused(self) -> None:
        """Raises Fault while anything else is connected: it would go on writing into what is put aside."""

    def put_in_place(self, config: Config, stamp: str) -> str:
        """In one step the filled one takes the name; returns the other name that the former one has now."""

    def drop_former(self, name: str) -> None:
        """Remove what was put aside under this name."""

    def how_to_drop(self, name: str) -> str:
        """What an operator types for the same."""
