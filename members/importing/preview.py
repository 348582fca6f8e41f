"""Rows of an import as a page shows them: who, what differs, what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.cleaning import clean_mobile, clean_name, clean_text
from members.importing.organizations import KINDS
from members.importing.roster.columns import COMMUNITY, ESTATE, MOBILE, NAME, POSITION, UNIT
from members.models import ImportBatch, ImportRow, Member, Organization
from members.people.privacy import mask_mobile
from xianfeng.ui.tabs import Face

Outcome = ImportRow.Outcome

CELL_LENGTH = 18  # characters; the table keeps one line a row
LABELS: dict[str, Promise] = {
    "unit_id": _("单位"),
    "position": _("职务"),
    "is_leader": _("领导干部"),
    "community_id": _("社区"),
    "estate_id": _("小区"),
    "skills": _("特长"),
    "intentions": _("服务意向"),
    "note": _("备注"),
    "state": _("状态"),
    "name": _("名称"),
    "parent": _("上级"),
    "is_active": _("启用"),
}
ORGANIZATION_FIELDS = ("unit_id", "community_id", "estate_id")


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One row of the preview's table; `cells` follow `headings_of` the batch."""

    number: int
    row: ImportRow
    cells: list[str]
    changes: list[Change]
    errors: list[dict[str, str]]
    member_id: int | None


def headings_of(batch: ImportBatch) -> list[str]:
    if batch.kind == ImportBatch.Kind.ORGANIZATIONS:
        return [gettext("编码"), gettext("名称"), gettext("类型"), gettext("上级")]
    return [gettext("姓名"), gettext("手机号"), gettext("单位"), gettext("职务"), gettext("社区、小区")]


def find_rows(batch: ImportBatch, outcome: str, text: str) -> QuerySet[ImportRow]:
    """Rows of one outcome (empty: all) whose name or unit holds the text, in the file's order."""
    rows = batch.rows.order_by("row")
    if outcome:
        rows = rows.filter(outcome=outcome)
    if text:
        columns = ("name", "code") if batch.kind == ImportBatch.Kind.ORGANIZATIONS else (NAME, UNIT)
        rows = rows.filter(
            Q(*((f"values__{column}__icontains", text) for column in columns), _connector=Q.OR)
        )
    return rows


def lines(batch: ImportBatch, rows: Sequence[ImportRow]) -> list[Line]:
    """The rows ready to show; one query each for the organisations and the people in them."""
    names, people = organization_names(rows), people_of(batch, rows)
    return [
        Line(
            row.row,
            row,
            cells_of(batch, row.values),
            [change_of(field, before, after, names) for field, (before, after) in row.changes.items()],
            [shown_error(error) for error in row.errors],
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
    return clean_mobile(row.values.get(MOBILE, "")) or ""


def organization_names(rows: Iterable[ImportRow]) -> dict[int, str]:
    ids = {pk for row in rows for field in ORGANIZATION_FIELDS for pk in row.changes.get(field, ()) if pk}
    return dict(Organization.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def cells_of(batch: ImportBatch, values: dict[str, str]) -> list[str]:
    if batch.kind == ImportBatch.Kind.ORGANIZATIONS:
        code, name, kind, parent = (values.get(column, "") for column in ("code", "name", "kind", "parent"))
        return [short(text) for text in (code, name, kind_label(kind), parent)]
    home = " ".join(filter(None, (values.get(COMMUNITY), values.get(ESTATE))))
    name = values.get(NAME, "")
    plain = [
        clean_name(name) or name,
        masked(values.get(MOBILE, "")),
        values.get(UNIT, ""),
        values.get(POSITION, ""),
    ]
    return [short(text) for text in (*plain, home)]


def kind_label(text: str) -> str:
    """The kind in the interface's words; what is none is shown as it stands, to be corrected."""
    kind = KINDS.get(text.strip()) or KINDS.get(text.strip().lower())
    return str(Organization.Kind(kind).label) if kind else text


def masked(mobile: str) -> str:
    """A real number masked; what is none is shown as it stands, to be corrected."""
    clean = clean_mobile(mobile)
    return mask_mobile(clean) if clean else mobile


def short(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= CELL_LENGTH else f"{text[:CELL_LENGTH]}…"


def shown_error(error: dict[str, str]) -> dict[str, str]:
    return {**error, "value": short(masked(error["value"]))}


def change_of(field: str, before: Any, after: Any, names: dict[int, str]) -> Change:
    label = gettext(str(LABELS[field]))
    return Change(label, shown(field, before, names), shown(field, after, names))


def shown(field: str, value: Any, names: dict[int, str]) -> str:
    if field in ORGANIZATION_FIELDS:
        value = names.get(value, "")
    elif field == "state":
        value = Member.State(value).label
    elif isinstance(value, bool):
        value = gettext("是") if value else gettext("否")
    return short(str(value).strip("、")) or gettext("（空）")


def outcomes(batch: ImportBatch) -> list[Face]:
    """Key, label and count of the tabs: all rows, and each outcome."""
    counts = {outcome: batch.counts.get(outcome.value, 0) for outcome in Outcome}
    return [("", _("全部"), sum(counts.values())), *((one.value, one.label, counts[one]) for one in Outcome)]


def history(batch: ImportBatch) -> list[dict[str, Any]]:
    """The batch's steps, newest first, with the names of their states."""
    labels = dict(ImportBatch.State.choices)
    return [
        {"at": event.at, "by": event.by, "title": labels[event.to_state], "note": event.note}
        for event in batch.events.select_related("by").order_by("-id")
    ]
