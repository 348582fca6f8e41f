"""What an import file would do, row by row, before anything is written."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from members.models import ImportRow
from xianfeng.lib.times import today

NEW = ImportRow.Outcome.NEW
CHANGED = ImportRow.Outcome.CHANGED
UNCHANGED = ImportRow.Outcome.UNCHANGED
REJECTED = ImportRow.Outcome.REJECTED
OUTCOMES = (NEW, CHANGED, UNCHANGED, REJECTED)

# Kinds of decisions, and the answers that are no text: see members.importing.deciding.decisions.
ALL = "*"

NAME = "name"  # subject: column=name; answer: the name that is meant, or NEAREST
SHEET = "sheet"  # subject: sheet; answer: SKIP or READ; no row waits for it
FILL = "fill"  # subject: sheet; answer: ABOVE, GROUPED or LEAVE
ENTRY = "entry"  # subject: ALL; answer: a date; no row waits for it
HIDE = "hide"  # subject: sheet; answer: LEAVE_OUT
CELLS = "cells"  # subject: sheet!row; answer: {column: text}, what counts instead of what stands there
COLUMNS = "columns"  # subject: sheet; answer: {"header": position or -1, "columns": {column: positions}}

NUMBER = "number"  # subject: sheet!row; answer: CHANGE or ADD
NAMESAKES = "namesakes"  # subject: sheet!row; answer: ADD

NEAREST = "nearest"
CHANGE, ADD = "change", "add"
SKIP, READ = "skip", "read"
ABOVE, GROUPED, LEAVE = "above", "grouped", "leave"
LEAVE_OUT = "leave_out"


def key(kind: str, subject: str) -> str:
    return f"{kind}:{subject}"


@dataclass(frozen=True)
class Decisions:
    """The answers given so far."""

    answers: Mapping[str, Any] = field(default_factory=dict)

    def of(self, kind: str, subject: str) -> Any:
        """The answer to this question, or to all of its kind; None where it is open."""
        found = self.answers.get(key(kind, subject))
        return self.answers.get(key(kind, ALL)) if found is None else found

    def by_subject(self, kind: str) -> dict[str, Any]:
        """All answers of a kind."""
        found = ((name.partition(":"), given) for name, given in self.answers.items())
        return {subject: given for (of, _, subject), given in found if of == kind}

    @property
    def entry_day(self) -> dt.date:
        """Since when those are on the roster for whom the file names no day; today unless decided."""
        given = self.of(ENTRY, ALL)
        return dt.date.fromisoformat(given) if given else today()


# Where nobody can be asked: a blank unit counts as the one above where the column is visibly grouped.
UNASKED = Decisions({key(FILL, ALL): GROUPED})


@dataclass(frozen=True)
class Ask:
    """The question a rejected row waits for. `detail` fills in the sentence and the answers."""

    kind: str
    subject: str
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return key(self.kind, self.subject)


@dataclass(frozen=True)
class RowError:
    """Why a row cannot be taken: the column, the value found there, and what to do about it."""

    column: str
    code: str
    value: str
    message: str
    ask: Ask | None = None  # the question whose answer would let the row in

    def as_dict(self) -> dict[str, str]:
        return {"column": self.column, "code": self.code, "value": self.value, "message": self.message}


@dataclass(frozen=True)
class Cleaned:
    """A cell that counts as something else than what stands there; the preview shows both."""

    column: str
    sent: str
    taken: str

    def as_dict(self) -> dict[str, str]:
        return {"column": self.column, "sent": self.sent, "taken": self.taken}


@dataclass
class RowPlan:
    """One row: as written in the file (`values`), as it will be stored (`fields`), and what differs.

    `changes` maps a model field to its value before and after; foreign keys stand as ids.
    """

    row: int
    values: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    cleaned: list[Cleaned] = field(default_factory=list)
    sheet: str = ""
    existing: int | None = None  # primary key of what the row is about, where it is known already

    @property
    def place(self) -> str:
        """Where the row stands in the file; what is decided about it alone is kept under this."""
        return f"{self.sheet}!{self.row}"

    @property
    def outcome(self) -> ImportRow.Outcome:
        if self.errors:
            return REJECTED
        if self.existing is None:
            return NEW
        return CHANGED if self.changes else UNCHANGED


@dataclass
class Plan:
    """All rows of the sheets that were read, and what there is to say of each sheet."""

    rows: list[RowPlan]
    unknown_columns: list[str] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    without_day: int = 0  # new people whose entry day no column names

    def of(self, outcome: ImportRow.Outcome) -> list[RowPlan]:
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(row.outcome for row in self.rows)
        return {outcome.value: counted[outcome] for outcome in OUTCOMES}

    def questions(self) -> list[dict[str, Any]]:
        """What an answer would let in; a row with another error is not helped by one."""
        asked = (row.errors for row in self.rows if all(error.ask for error in row.errors))
        return questions_of(error.ask for errors in asked for error in errors if error.ask)

    def errors(self) -> list[dict[str, Any]]:
        """Every error with its place in the file, in the file's order."""
        return [
            {"sheet": row.sheet, "row": row.row, **error.as_dict()}
            for row in self.rows
            for error in row.errors
        ]

    def as_dict(self) -> dict[str, Any]:
        """The answer of the import commands."""
        return {**self.counts, "errors": self.errors()}


def questions_of(asks: Iterable[Ask]) -> list[dict[str, Any]]:
    """Each question once, with how many rows wait for it, as a batch stores it."""
    found: dict[str, dict[str, Any]] = {}
    for ask in asks:
        blank = {"kind": ask.kind, "subject": ask.subject, "detail": dict(ask.detail), "rows": 0}
        found.setdefault(ask.key, blank)["rows"] += 1
    return list(found.values())
