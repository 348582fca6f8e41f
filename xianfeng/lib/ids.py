"""Ids that come in as text: from ticked boxes, hidden fields and addresses."""

from collections.abc import Iterable

LARGEST_ID = 2**63 - 1  # what a database's bigint holds
LONGEST = 18  # digits that surely fit a bigint


def id_of(text: object) -> int:
    """The id a text names, or 0, which is nobody's: for signs that only look like digits ("²") too."""
    word = str(text)
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= LONGEST else 0


def ids_of(texts: Iterable[object]) -> list[int]:
    """The ids among the texts; what is none is left out."""
    return [number for text in texts if (number := id_of(text))]
