"""What people decide about a file before it is written, and what its rows still wait for.

A plan follows from three things: the file, the roster, and the decisions of its batch. A decision is
an answer under a key, "kind:subject", in ``ImportBatch.decisions``; whoever answers, or takes an answer
back, has the file planned once more (``batches.decide``). The subject says how far an answer reaches: a
wrong name, for all rows that hold it; a sheet; one row. The subject "*" answers every question of its kind.

A new outcome that somebody must decide is added in three places:

1. its kind in ``plan.py``, and here an entry in ``QUESTIONS``: the sentence and the answers on offer;
2. where the plan meets the row: ``decisions.of(KIND, subject)`` is the answer; without one the row
   is rejected with an error of its own code that carries ``ask=Ask(KIND, subject, …)``;
3. its answer for a command line that cannot ask, in ``UNASKED`` if rejecting is not right.

The preview groups, counts and asks; nothing else needs to know.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.cleaning import clean_day
from members.importing.plan import (
    ABOVE,
    ADD,
    ALL,
    CELLS,
    CHANGE,
    COLUMNS,
    ENTRY,
    FILL,
    HIDE,
    LEAVE,
    LEAVE_OUT,
    NAME,
    NAMESAKES,
    NEAREST,
    NUMBER,
    SHEET,
    UNASKED,
    Decisions,
    key,
)
from members.leaving.rules import check_entry_day


def decided(new_numbers: str | None, entry_day: dt.date | None = None) -> Decisions:
    """As `UNASKED`, with what a command line says of people with a new mobile, and of the entry day."""
    given = {key(kind, ALL): new_numbers for kind in (NUMBER, NAMESAKES) if new_numbers}
    given |= {key(ENTRY, ALL): entry_day.isoformat()} if entry_day else {}
    return Decisions({**UNASKED.answers, **given})


@dataclass(frozen=True)
class Question:
    """How a kind is asked. `offers`: an answer (or what makes one of the detail) and its button."""

    sentence: Promise
    offers: tuple[tuple[str | Callable[[Mapping[str, str]], str], Promise], ...]
    for_all: tuple[str, Promise] | None = None  # one answer to every question of the kind
    other: Promise | None = None  # the label of a field for another answer


QUESTIONS: Mapping[str, Question] = {
    NAME: Question(
        _("%(column)s“%(value)s”不在组织目录里，是不是“%(near)s”？"),
        ((lambda detail: detail["near"], _("就是“%(near)s”")),),
        for_all=(NEAREST, _("全部按最接近的名称")),
        other=_("其他名称"),
    ),
    FILL: Question(
        _("%(sheet_words)s里有些行没有填单位，上面的行填了。这些行算不算上面的单位？"),
        ((ABOVE, _("与上面的单位相同")), (LEAVE, _("不算，逐行改正"))),
    ),
    NUMBER: Question(
        _("%(row_words)s %(name)s（%(new)s）：名册上同单位有同名同志，手机号 %(old)s。是同一人换了号吗？"),
        ((CHANGE, _("是同一人，换成新号")), (ADD, _("是另一人，新增"))),
        for_all=(CHANGE, _("全部是换号")),
    ),
    NAMESAKES: Question(
        _(
            "%(row_words)s %(name)s（%(new)s）："
            "名册上同单位有几位同名同志（%(old)s），看不出是哪一位换号。"
            "是换号的，请先在那一位的党员页更正手机号，再重新上传。"
        ),
        ((ADD, _("是另一人，新增")),),
    ),
    HIDE: Question(
        _("%(sheet_words)s的文字里写有身份证号。平台不保存身份证号，去掉号码、其余照导吗？"),
        ((LEAVE_OUT, _("去掉号码，其余照导")),),
    ),
}


def sheet_words(sheet: str) -> str:
    """A sheet; the only one of a text file has no name."""
    return gettext("工作表“%(sheet)s”") % {"sheet": sheet} if sheet else gettext("文件")


def row_words(sheet: str, row: int | str) -> str:
    words = gettext("“%(sheet)s”第 %(row)s 行") if sheet else gettext("第 %(row)s 行")
    return words % {"sheet": sheet, "row": row}


def sentence_of(kind: str, detail: Mapping[str, Any]) -> str:
    sheet, row = detail.get("sheet", ""), detail.get("row", "")
    words = {"sheet_words": sheet_words(sheet), "row_words": row_words(sheet, row)}
    return str(QUESTIONS[kind].sentence) % {**detail, **words}


# What an answer to each kind looks like.
SHAPES: Mapping[str, type] = {
    **dict.fromkeys((*QUESTIONS, SHEET, ENTRY), str),
    CELLS: dict,
    COLUMNS: dict,
}


def reachable(answers: Mapping[str, Any], given_before: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a form sent, the answers to questions that exist; an empty one takes an answer back.

    Raises DatesWrong for an entry day that is none.
    """
    found = {}
    for name, given in answers.items():
        kind = name.partition(":")[0]
        if given and isinstance(given, SHAPES.get(kind, ())):
            found[name] = entry_day(given) if kind == ENTRY else given
        elif not given and name in given_before:
            found[name] = ""
    return found


def entry_day(text: object) -> str:
    """Raises DatesWrong."""
    day = clean_day(str(text))
    check_entry_day(day or dt.date.min)
    return str(day)
