"""Rows of an import as a page shows them: who, what differs, what is wrong."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.cleaning import clean_mobile, clean_name
from members.importing import organizations
from members.importing.batches import columns_of
from members.importing.column import Column
from members.importing.deciding.decisions import QUESTIONS, sentence_of
from members.importing.deciding.repairing import Cell, cells_of
from members.importing.deciding.showing import masked, masked_within, short
from members.importing.plan import ALL, ENTRY, Decisions, key
from members.importing.roster.columns import MOBILE, NAME, PLACES
from members.models import ImportBatch, ImportRow, Member, Organization
from members.models.people import SEPARATOR
from members.people.privacy import mask_mobile
from xianfeng.lib.times import today
from xianfeng.ui.tabs import Face

Outcome = ImportRow.Outcome

QUESTIONS_SHOWN = 20  # of a kind at once; those answered make room for the next
# Of what no column holds.
LABELS: dict[str, Promise] = {"state": _("状态"), "departed_on": _("离开日期"), "is_active": _("启用")}


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One row of the preview's table; `cells` follow `headings_of` the batch."""

    row: ImportRow
    cells: list[str]
    changes: list[Change]
    cleaned: list[dict[str, str]]
    errors: list[dict[str, str]]
    repair: list[Cell]  # inputs to put it right
    member_id: int | None


@dataclass(frozen=True)
class Asked:
    """One question with its answers, and how many rows wait for it."""

    key: str
    sentence: str
    offers: list[tuple[str, str]]
    other: str
    rows: int


@dataclass(frozen=True)
class Entry:
    """How many new people the file names no entry day for, and the day that counts; the first of the year."""

    key: str
    rows: int
    day: dt.date
    start: dt.date


@dataclass(frozen=True)
class AskedKind:
    """Questions of a kind, with the one answer to all of them where there is one: key, answer, label."""

    questions: list[Asked]
    more: int
    for_all: tuple[str, str, str] | None
    rows: int


def shown_columns(batch: ImportBatch) -> list[list[Column]]:
    """The columns that each cell of a line shows."""
    place = attrgetter("cell")
    shown = sorted((column for column in columns_of(batch) if column.cell), key=place)
    return [list(together) for _place, together in groupby(shown, key=place)]


def headings_of(batch: ImportBatch) -> list[str]:
    return [SEPARATOR.join(str(column.label) for column in together) for together in shown_columns(batch)]


def find_rows(batch: ImportBatch, outcome: str, text: str) -> QuerySet[ImportRow]:
    """Rows of one outcome (empty: all) whose name or unit holds the text, in the file's order."""
    rows = batch.rows.order_by("pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    return rows.filter(sought__icontains=text) if text else rows


def lines(batch: ImportBatch, rows: Sequence[ImportRow]) -> list[Line]:
    """The rows ready to show; one query each for the organisations and the people in them."""
    names, people = organization_names(rows), people_of(batch, rows)
    shown, labels = shown_columns(batch), labels_of(batch)
    can_repair = batch.is_previewed and batch.is_roster
    return [
        Line(
            row,
            [cell_of(together, row.values) for together in shown],
            [
                Change(labels[field], shown_value(field, before, names), shown_value(field, after, names))
                for field, (before, after) in row.changes.items()
            ],
            [shown_cleaned(cleaned) for cleaned in row.cleaned],
            [shown_error(error) for error in row.errors],
            cells_of(row) if can_repair and row.errors else [],
            row.member_id or people.get(mobile_of(row)),
        )
        for row in rows
    ]


def people_of(batch: ImportBatch, rows: Iterable[ImportRow]) -> dict[str, int]:
    """Who the rows became, by mobile; nobody before the confirmation and after the undo."""
    mobiles = [mobile_of(row) for row in rows if row.outcome == Outcome.NEW]
    members = Member.objects.filter(batch=batch, mobile__in=mobiles) if mobiles else Member.objects.none()
    return dict(members.values_list("mobile", "pk"))


def mobile_of(row: ImportRow) -> str:
    taken = [cleaned["taken"] for cleaned in row.cleaned if cleaned["column"] == MOBILE]
    if taken:
        return clean_mobile(taken[-1]) or ""
    return clean_mobile(row.values.get(MOBILE, "")) or ""


def organization_names(rows: Iterable[ImportRow]) -> dict[int, str]:
    ids = {pk for row in rows for field in PLACES for pk in row.changes.get(field, ()) if pk}
    return dict(Organization.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def labels_of(batch: ImportBatch) -> dict[str, str]:
    """How pages call each field that may have changed."""
    labels = {column.field: column.label for column in columns_of(batch)} | LABELS
    return {field: str(label) for field, label in labels.items()}


def cell_of(together: Iterable[Column], values: dict[str, str]) -> str:
    texts = (shown_text(column.header, values.get(column.header, "")) for column in together)
    return short(" ".join(filter(None, texts)))


def shown_text(header: str, text: str) -> str:
    """What was sent, as far as it may and need be shown."""
    if header == MOBILE:
        return masked(text)
    if header == NAME:
        return clean_name(text) or text
    return kind_label(text) if header == organizations.KIND else text


def kind_label(text: str) -> str:
    """The kind in the interface's words; what is none is shown as it stands, to be corrected."""
    kind = organizations.clean_kind(text)
    return str(kind.label) if kind else text


def shown_error(error: dict[str, str]) -> dict[str, str]:
    return {**error, "value": short(masked(error["value"]))}


def shown_cleaned(cleaned: dict[str, str]) -> dict[str, str]:
    return {
        "column": cleaned["column"],
        "sent": short(masked_within(cleaned["sent"])) or gettext("（空）"),
        "taken": short(masked(cleaned["taken"])),
    }


def shown_value(field: str, value: Any, names: dict[int, str]) -> str:
    if field in PLACES:
        value = names.get(value, "")
    elif field == "state":
        value = Member.State(value).label
    elif field == "mobile":
        value = mask_mobile(value)
    elif isinstance(value, bool):
        value = gettext("是") if value else gettext("否")
    return short(str(value or "").strip(SEPARATOR)) or gettext("（空）")


def asked(batch: ImportBatch) -> list[AskedKind]:
    """The questions that stand open, by kind."""
    if not batch.is_previewed:
        return []
    stored = sorted(batch.counts.get("questions", []), key=itemgetter("kind"))
    return [asked_kind(kind, list(same)) for kind, same in groupby(stored, key=itemgetter("kind"))]


def asked_kind(kind: str, stored: list[dict[str, Any]]) -> AskedKind:
    question = QUESTIONS[kind]
    for_all = None
    if question.for_all and len(stored) > 1:
        answer, label = question.for_all
        for_all = key(kind, ALL), answer, str(label)
    shown = [asked_one(one) for one in stored[:QUESTIONS_SHOWN]]
    return AskedKind(shown, len(stored) - len(shown), for_all, sum(one["rows"] for one in stored))


def asked_one(stored: dict[str, Any]) -> Asked:
    question, detail = QUESTIONS[stored["kind"]], stored["detail"]
    return Asked(
        key(stored["kind"], stored["subject"]),
        sentence_of(stored["kind"], detail),
        [
            (answer(detail) if callable(answer) else answer, str(label) % detail)
            for answer, label in question.offers
        ],
        str(question.other or ""),
        stored["rows"],
    )


def entry_of(batch: ImportBatch) -> Entry | None:
    """The question asked once a file: since when its new people are on the roster."""
    rows = batch.counts.get("without_day", 0)
    if not (batch.is_previewed and rows):
        return None
    day, start = Decisions(batch.decisions).entry_day, today().replace(month=1, day=1)
    return Entry(key(ENTRY, ALL), rows, day, start)


def outcomes(batch: ImportBatch) -> list[Face]:
    """Key, label and count of the tabs: all rows, and each outcome."""
    counts = {outcome: batch.counts.get(outcome.value, 0) for outcome in Outcome}
    return [("", _("全部"), sum(counts.values())), *((one.value, one.label, counts[one]) for one in Outcome)]
