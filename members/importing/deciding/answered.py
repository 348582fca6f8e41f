"""What has been decided about a file, in words, each to be taken back."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from members.importing.deciding.decisions import QUESTIONS
from members.importing.plan import ALL, CELLS, COLUMNS, ENTRY, NAME, SHEET, SKIP, key
from members.models import ImportBatch


@dataclass(frozen=True)
class Answered:
    key: str
    subject: str
    answer: str


def answered(batch: ImportBatch) -> list[Answered]:
    """In the order in which they were given first; the entry day has an input of its own."""
    parts = ((name.partition(":"), given) for name, given in batch.decisions.items())
    return [
        Answered(key(kind, subject), subject_of(kind, subject), answer_of(kind, given))
        for (kind, _colon, subject), given in parts
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
    if is_row and not sheet:
        return _("第 %(row)s 行") % {"row": row}
    if is_row:
        return _("“%(sheet)s”第 %(row)s 行") % {"sheet": sheet, "row": row}
    return _("工作表“%(sheet)s”") % {"sheet": subject}


def answer_of(kind: str, given: Any) -> str:
    if kind == CELLS:
        return _("改正了 %(columns)s") % {"columns": "、".join(given)}
    if kind == COLUMNS:
        return _("手工指定了列：%(columns)s") % {"columns": "、".join(given["columns"])}
    if kind == SHEET:
        return _("不导入") if given == SKIP else _("导入")
    question = QUESTIONS[kind]
    offers = dict(question.offers) | dict([question.for_all] if question.for_all else [])
    return str(offers.get(given) or _("按“%(name)s”") % {"name": given})
