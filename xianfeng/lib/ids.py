"""Ids that come in as text, from ticked boxes, hidden fields and addresses; and codes that people type."""

import secrets
from collections.abc import Iterable

# Read from paper, said aloud, typed: without look-alikes (0 o, 1 i l).
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"

LARGEST_ID = 2**63 - 1  # what a database's bigint holds
LONGEST = 18  # digits that surely fit a bigint


def id_of(text: object) -> int:
    """The id a text names, or 0, which is nobody's: for signs that only look like digits ("²") too."""
    word = str(text)
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= LONGEST else 0


def ids_of(texts: Iterable[object]) -> list[int]:
    """The ids among the texts; what is none is left out."""
    return [number for text in texts if (number := id_of(text))]


def new_code(length: int) -> str:
    """In lower case, about five bits a character."""
    return "".join(secrets.choice(CODE_ALPHABET) for _position in range(length))
