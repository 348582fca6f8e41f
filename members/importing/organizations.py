"""Importing the organisation tree: code, parent's code, kind, name, perhaps telephone; rows in any order."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Model, ProtectedError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.cleaning import as_text, clean_text, without_spaces
from members.importing.column import Column, headers_of, recognizer
from members.importing.plan import CHANGED, NEW, Plan, RowError, RowPlan
from members.models import Appointment, Organization, OrganizationEvent, User
from members.organizations.tree import PARENTS, leave_event, relocate
from xianfeng.lib import telephones
from xianfeng.lib.spreadsheet.reading import Cell, Table, Unreadable, find_table, read_workbook

Kind, Event = Organization.Kind, OrganizationEvent.Kind
CODE, PARENT, KIND, NAME, PHONE = "code", "parent", "kind", "name", "phone"
KINDS = {
    **{kind.value: kind for kind in Kind},
    **{str(kind.label): kind for kind in Kind},
    "城市": Kind.CITY,
    "小区党支部": Kind.ESTATE,
    "治理单位": Kind.PARTNER,
}


def clean_code(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", without_spaces(as_text(cell)))


def clean_kind(cell: Cell) -> Organization.Kind | None:
    text = clean_text(cell)
    return KINDS.get(text) or KINDS.get(text.lower())


COLUMNS = (
    Column(
        CODE, "code", _("编码"), clean_code,
        synonyms=("编码", "代码", "组织编码", "组织代码"), cell=1, searched=True, required=True,
    ),
    Column(
        PARENT, "parent", _("上级"), clean_code,
        synonyms=("上级", "上级编码", "上级代码", "上级组织", "上级组织编码"), cell=4,
        required=True,
    ),
    Column(
        KIND, "kind", _("类型"), clean_kind, synonyms=("类型", "类别", "组织类型"), cell=3, required=True,
    ),
    Column(
        NAME, "name", _("名称"), clean_text,
        synonyms=("名称", "组织名称", "组织", "全称"), cell=2, searched=True, width=30,
        required=True,
    ),
    Column(PHONE, "phone", _("联系电话"), as_text, synonyms=("电话", "联系电话", "值班电话", "办公电话")),
)  # fmt: skip
REQUIRED = headers_of(column for column in COLUMNS if column.required)
canonical = recognizer(COLUMNS, re.compile(r"\(.*?\)|[*:]"))

ABOVE: dict[str, set[str]] = {Kind.CITY: set(), **PARENTS}
CODE_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,19}")
NAME_LIMIT = 80

MESSAGES: dict[str, Promise] = {
    "code_missing": _("没有填编码。请填写唯一的编码，例如 C01。"),
    "code_invalid": _("编码只能用字母、数字、点和横线，最多 20 个字符。请改正。"),
    "code_duplicate_in_file": _("与第 %(first)s 行的编码相同，以前面的一行为准。请改正编码或删除这一行。"),
    "name_missing": _("没有填名称。请填写组织的全称。"),
    "name_invalid": _("名称超过 80 个字。请缩短。"),
    "kind_missing": _("没有填类型。请填写 city、street、community、estate、unit 或 partner。"),
    "kind_unknown": _("没有这种类型。请填写 city、street、community、estate、unit 或 partner。"),
    "kind_fixed": _("已有组织的类型不能更改（现为“%(kind)s”）。请换一个编码新建。"),
    "parent_missing": _("没有填上级编码。除市委组织部外，每个组织都要有上级。"),
    "parent_unknown": _("找不到这个上级编码。请核对，或在表里加上这个上级组织。"),
    "parent_rejected": _("上级组织所在的第 %(first)s 行有错误。请先改正那一行。"),
    "parent_cycle": _("上下级关系成了环。请核对上级编码。"),
    "parent_not_allowed": _("“%(kind)s”不能放在“%(above)s”下面。请核对上级编码。"),
    "phone_invalid": _("不是能拨打的电话。请填写带区号的固定电话、手机号或短号，或留空。"),
    "root_exists": _("已经有一个最上级组织（%(code)s）。请把这一行放到它的下面。"),
}
CODES = {"parent_rejected": "parent_unknown"}


def plan_organizations(path: str | Path, *, name: str = "") -> Plan:
    """What importing the list would do; writes nothing, costs one query. Raises Unreadable."""
    table = find_table(read_workbook(path, name), canonical, REQUIRED)
    rows = [planned(table.sheet.name, row, cells) for row, cells in table.records() if not is_blank(cells)]
    if not rows:
        raise Unreadable("no_rows", row=table.header + 1)
    return TreeCheck(rows).plan(table)


def is_blank(cells: dict[str, Cell]) -> bool:
    """Without code and name it is a blank line or a signature."""
    return not any(clean_text(cells[column]) for column in (CODE, NAME))


def planned(sheet: str, row: int, cells: dict[str, Cell]) -> RowPlan:
    return RowPlan(
        row,
        {header: as_text(cell) for header, cell in cells.items() if cell is not None},
        fields={column.field: column.clean(cells.get(column.header)) for column in COLUMNS},
        sheet=sheet,
    )


class TreeCheck:
    """Checks the rows against each other and against the tree that exists."""

    def __init__(self, rows: list[RowPlan]) -> None:
        self.rows = rows
        columns = ("pk", "code", "kind", "name", "phone", "parent__code", "is_active")
        self.known = {known["code"]: known for known in Organization.objects.values(*columns)}
        self.by_code: dict[str, RowPlan] = {}

    def plan(self, table: Table) -> Plan:
        for row in self.rows:
            self.check_cells(row)
        self.check_roots()
        while self.reject_orphans():  # a rejected parent takes its children with it
            pass
        for row in self.rows:
            if not row.errors:
                self.compare(row)
        return Plan(self.rows, table.unknown)

    def refuse(self, row: RowPlan, column: str, reason: str, **detail: object) -> None:
        message = gettext(str(MESSAGES[reason])) % detail
        row.errors.append(
            RowError(column, CODES.get(reason, reason), row.values.get(column, "")[:80], message)
        )

    def check_cells(self, row: RowPlan) -> None:
        self.check_code(row)
        name, kind, known = row.fields["name"], row.fields["kind"], self.known.get(row.fields["code"])
        if not name or len(name) > NAME_LIMIT:
            self.refuse(row, NAME, "name_invalid" if name else "name_missing")
        if kind is None:
            self.refuse(row, KIND, "kind_unknown" if row.values.get(KIND, "").strip() else "kind_missing")
        elif known and known["kind"] != kind:
            self.refuse(row, KIND, "kind_fixed", kind=Kind(known["kind"]).label)
        if kind not in (Kind.CITY, None) and not row.fields["parent"]:
            self.refuse(row, PARENT, "parent_missing")
        self.check_phone(row)

    def check_phone(self, row: RowPlan) -> None:
        written = row.fields["phone"].strip()
        row.fields["phone"] = telephones.cleaned(written)
        if written and not row.fields["phone"]:
            self.refuse(row, PHONE, "phone_invalid")

    def check_code(self, row: RowPlan) -> None:
        code = row.fields["code"]
        if not code:
            self.refuse(row, CODE, "code_missing")
        elif not CODE_FORM.fullmatch(code):
            self.refuse(row, CODE, "code_invalid")
        elif code in self.by_code:
            self.refuse(row, CODE, "code_duplicate_in_file", first=self.by_code[code].row)
        else:
            self.by_code[code] = row

    def check_roots(self) -> None:
        """One tree has one root."""
        root = next((code for code, known in self.known.items() if known["parent__code"] is None), None)
        for row in self.rows:
            if row.errors or row.fields["parent"]:
                continue
            if root not in (None, row.fields["code"]):
                self.refuse(row, PARENT, "root_exists", code=root)
            root = root or row.fields["code"]

    def reject_orphans(self) -> bool:
        found = False
        for row in self.rows:
            if not row.errors and row.fields["parent"]:
                self.check_parent(row)
                found = found or bool(row.errors)
        return found

    def check_parent(self, row: RowPlan) -> None:
        parent = row.fields["parent"]
        above, known = self.by_code.get(parent), self.known.get(parent)
        if known is None and above is None:
            self.refuse(row, PARENT, "parent_unknown")
        elif known is None and above is not None and above.errors:
            self.refuse(row, PARENT, "parent_rejected", first=above.row)
        elif self.is_cycle(row):
            self.refuse(row, PARENT, "parent_cycle")
        else:
            kind = known["kind"] if known else above.fields["kind"] if above else ""
            if kind not in ABOVE[row.fields["kind"]]:
                label, over = Kind(row.fields["kind"]).label, Kind(kind).label
                self.refuse(row, PARENT, "parent_not_allowed", kind=label, above=over)

    def is_cycle(self, row: RowPlan) -> bool:
        seen: set[str] = set()
        code: str | None = row.fields["code"]
        while code:
            if code in seen:
                return True
            seen.add(code)
            code = self.parent_of(code)
        return False

    def parent_of(self, code: str) -> str | None:
        """Where the organisation will stand: by the file if its row is good, else as now."""
        row = self.by_code.get(code)
        if row is not None and not row.errors:
            return row.fields["parent"] or None
        return self.known[code]["parent__code"] if code in self.known else None

    def compare(self, row: RowPlan) -> None:
        known = self.known.get(row.fields["code"])
        if known is None:
            return
        row.existing = known["pk"]
        before = {
            "name": known["name"],
            "parent": known["parent__code"] or "",
            "is_active": known["is_active"],
            "phone": known["phone"],
        }
        # Without the column, or in an empty cell, the list says nothing of the telephone.
        phone = row.fields["phone"] or known["phone"]
        after = {
            "name": row.fields["name"],
            "parent": row.fields["parent"],
            "is_active": True,
            "phone": phone,
        }
        row.changes = {
            field: [before[field], after[field]] for field in before if before[field] != after[field]
        }


def apply_organizations(plan: Plan, *, by: User | None = None) -> None:
    """Store the planned tree; each step is in the organisation's history if it is known who took it.

    The caller holds the transaction.
    """
    new = create_level_by_level(plan.of(NEW))
    if by:
        OrganizationEvent.objects.bulk_create(
            OrganizationEvent(organization=organization, kind=Event.ADDED, by=by) for organization in new
        )
    for row in plan.of(CHANGED):
        change(row.fields["code"], {field: after for field, (_before, after) in row.changes.items()}, by)


def create_level_by_level(rows: Iterable[RowPlan]) -> list[Organization]:
    """Parents before children: a path needs the ids above it."""
    done: list[Organization] = []
    below: dict[str, list[RowPlan]] = defaultdict(list)
    for row in rows:
        below[row.fields["parent"]].append(row)
    new = {row.fields["code"] for rows_below in below.values() for row in rows_below}
    above: dict[str, Organization | None] = {code: None for code in below if code not in new}
    above |= {found.code: found for found in Organization.objects.filter(code__in=above)}
    while above:
        level = [
            Organization(
                **{name: row.fields.get(name, "") for name in ("code", "kind", "name", "phone")},
                parent=above[code],
            )
            for code in above
            for row in below[code]
        ]
        done += created(level)
        above = {organization.code: organization for organization in level if organization.code in below}
    return done


def created(level: list[Organization]) -> list[Organization]:
    Organization.objects.bulk_create(level)
    for organization in level:
        organization.path = f"{organization.parent.path if organization.parent else '/'}{organization.pk}/"
    Organization.objects.bulk_update(level, ["path"])
    return level


def change(code: str, changes: dict[str, Any], by: User | None) -> None:
    """Write a new name, place, telephone or activity, with the same history as a change made by hand."""
    organization = Organization.objects.select_related("parent").get(code=code)
    events: list[tuple[OrganizationEvent.Kind, str]] = []
    if "name" in changes:
        events.append((Event.RENAMED, gettext("原名：%(name)s") % {"name": organization.name}))
    if "is_active" in changes:
        events.append((Event.OPENED if changes["is_active"] else Event.CLOSED, ""))
    if "phone" in changes:
        events.append((Event.PHONED, f"{organization.phone or '—'} → {changes['phone'] or '—'}"))
    plain = {field: changes[field] for field in ("name", "is_active", "phone") if field in changes}
    if plain:
        Organization.objects.filter(pk=organization.pk).update(**plain)
    if "parent" in changes:
        relocate(organization, Organization.objects.get(code=changes["parent"]), by=by)
    if by:
        for kind, text in events:
            leave_event(organization, kind, by, text)


def remove_organizations(codes: Iterable[str]) -> int:
    """Delete organisations an import created. Raises ProtectedError where anything refers to one."""
    doomed = Organization.objects.filter(code__in=list(codes))
    held: set[Model] = set(Appointment.objects.filter(organization__in=doomed))
    if held:
        raise ProtectedError("Appointments would go with their organisation.", held)
    removed = 0
    for organization in doomed.order_by("-path"):  # children before parents
        organization.delete()
        removed += 1
    return removed


def restore_organizations(rows: Iterable[tuple[str, dict[str, list[Any]]]], *, by: User | None) -> int:
    """Put back names and places, except where somebody has changed them again since."""
    restored = 0
    for code, changes in rows:
        now = Organization.objects.select_related("parent").filter(code=code).first()
        if now is None:
            continue
        current = {
            "name": now.name,
            "parent": now.parent.code if now.parent else "",
            "is_active": now.is_active,
            "phone": now.phone,
        }
        back = {field: before for field, (before, after) in changes.items() if current[field] == after}
        change(code, back, by)
        restored += bool(back)
    return restored
