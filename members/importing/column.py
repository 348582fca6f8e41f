"""What an import knows of one column of its file, said once.

Recognition, checks, comparison, preview, template and the returned rows all read it from here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto
from typing import Any

from django.utils.functional import Promise

from members.cleaning import without_spaces
from xianfeng.lib.spreadsheet.reading import Cell

HEADER_LIMIT = 60  # a longer text is a title or a note, and costly to search
ANY_NUMBER = re.compile(r"\d{7,}")  # no code of an organisation has as many digits in a row


class Content(Enum):
    """What the cells of a column hold; it decides how they are checked."""

    TEXT = auto()  # any words, as long as the model has room for them
    ANSWER = auto()  # yes or no
    PLACE = auto()  # the name of an organisation
    DAY = auto()  # a date
    KEY = auto()  # tells the rows apart; has a check of its own


@dataclass(frozen=True)
class Column:
    """`clean` makes of a cell what `field` of the model stores, or None of one that cannot mean anything."""

    header: str  # as our own files write it, and as errors name it
    field: str  # of the model; a foreign key by its id
    label: Promise  # as pages call it
    clean: Callable[[Cell], Any]
    _: KW_ONLY
    content: Content = Content.TEXT
    synonyms: tuple[str, ...] = ()
    required: bool = False  # the file is no such list without it
    own_statement: bool = False  # who has registered states it: no file overwrites it
    cell: int = 0  # of a preview's line, from the left; several may share one; 0: shown as a change only
    searched: bool = False  # a preview can be searched for it
    example: str = ""
    width: int = 14  # characters, in the files we hand out


def headers_of(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.header for column in columns)


def fields_of(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.field for column in columns)


def recognizer(columns: Iterable[Column], ornament: re.Pattern[str]) -> Callable[[str], str | None]:
    """What turns a header cell into the header it means, or None where the columns have no such one.

    `ornament` is what people put around a header: "手机号(必填)" and "*姓名" are still the column.
    """
    known = {name: column.header for column in columns for name in (column.header, *column.synonyms)}

    def canonical(header: str) -> str | None:
        if len(header) > HEADER_LIMIT:
            return None
        plain = unicodedata.normalize("NFKC", without_spaces(header)).lower()
        return known.get(plain) or known.get(ornament.sub("", plain))

    return canonical


def sought_in(values: Mapping[str, str], columns: Iterable[Column]) -> str:
    """What a row is found by, whatever number somebody wrote into the same cell left out."""
    texts = (values.get(column.header, "") for column in columns if column.searched)
    return ANY_NUMBER.sub("", "\n".join(texts))
