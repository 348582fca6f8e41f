"""What has been decided about a file, in words, each to be taken back."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from members.importing.deciding.decisions import QUESTIONS, row_words, sheet_words
from members.importing.plan import ALL, CELLS, COLUMNS, ENTRY, NAME, SHEET, SKIP, key
from members.importing.roster.columns import HEADERS
from members.models import ImportBatch


@dataclass(frozen=True)
class Answered:
    key: str
    subject: str
    answer: str


def answered(batch: ImportBatch) -> list[Answered]:
    """By kind, then row by row: a database need not keep the order in which they were given.

    The entry day has an input of its own.
    """
    parts = ((*name.split(":", 1), given) for name, given in batch.decisions.items())
    return [
        Answered(key(kind, subject), subject_of(kind, subject), answer_of(kind, given))
        for kind, subject, given in sorted(parts, key=lambda part: (part[0], len(part[1]), part[1]))
        if kind != ENTRY
    ]


def subject_of(kind: str, subject: str) -> str:
    """What the answer is about: a name, a row, a sheet, or all questions of the kind."""
    if subject == ALL:
        return _("全部")
    if kind == NAME:
        column, _equals, name = subject.partition("=")
        return f"{column}“{name}”"
    sheet, is_row, row = subject.rpartition("!")
    return row_words(sheet, row) if is_row else sheet_words(subject)


def in_our_order(columns: Container[str]) -> list[str]:
    return [header for header in HEADERS if header in columns]


def answer_of(kind: str, given: Any) -> str:
    if kind == CELLS:
        return _("改正了 %(columns)s") % {"columns": "、".join(in_our_order(given))}
    if kind == COLUMNS:
        return _("手工指定了列：%(columns)s") % {"columns": "、".join(in_our_order(given["columns"]))}
    if kind == SHEET:
        return _("不导入") if given == SKIP else _("导入")
    question = QUESTIONS[kind]
    offers = dict(question.offers) | dict([question.for_all] if question.for_all else [])
    return str(offers.get(given) or _("按“%(name)s”") % {"name": given})
