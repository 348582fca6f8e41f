"""Classify every row of a roster: new, changed, unchanged or rejected. Reads only."""

from collections.abc import Callable, Iterable, Iterator
from itertools import batched
from pathlib import Path
from typing import Any

from members.cleaning import as_text
from members.importing.decisions import UNASKED, Decisions
from members.importing.plan import Plan, RowPlan
from members.models import Member, Organization
from xianfeng.lib.spreadsheet.reading import Cell, Table, Unreadable, find_table, read_workbook

from . import id_numbers
from .checking import RowCheck
from .columns import COMPARED, OWN_STATEMENTS, REQUIRED, canonical, is_no_row
from .directory import Directory
from .filling import Filling
from .renumbering import decide, find_renumbered

Progress = Callable[[int, int], None]
PROGRESS_STEP = 2_000  # rows between two reports
LOOKUP_SIZE = 2_000  # mobiles in one query

READ = ("pk", "mobile", "state", "departed_on", "merged_into", *COMPARED)


def read_roster(path: str | Path, name: str = "") -> Table:
    """The first sheet with a roster's header. Raises Unreadable."""
    table = find_table(read_workbook(path, name), canonical, REQUIRED)
    if all(is_no_row(cells) for _, cells in table.records()):
        raise Unreadable("no_rows", row=table.header + 1)
    return table


def plan_roster(
    path: str | Path, scope: Organization | None = None, *, name: str = "", decisions: Decisions = UNASKED
) -> Plan:
    """What importing the file would do on behalf of ``scope`` (None: the whole city); writes nothing.

    Costs one query for the tree and one per 2,000 rows. Raises Unreadable.
    """
    return plan_table(read_roster(path, name), scope, decisions)


def plan_table(
    table: Table, scope: Organization | None, decisions: Decisions, progress: Progress | None = None
) -> Plan:
    """As `plan_roster`, on a table read before; tells `progress` how many rows of how many are done."""
    check, filling = RowCheck(Directory(scope), decisions), Filling(table, decisions)
    rows: list[RowPlan] = []
    for number, cells in table.records():
        if not is_no_row(cells):
            rows.append(planned(number, cells, check, filling))
        if progress and number % PROGRESS_STEP == 0:
            progress(number, len(table.sheet.rows))
    known = members_by_mobile(row.fields["mobile"] for row in rows if row.fields["mobile"])
    for row in rows:
        member = known.get(row.fields["mobile"])
        if member is not None:
            compare(row, member, check)
    recognise(rows, check, decisions)
    return Plan(table.sheet.name, rows, table.unknown)


def planned(row: int, cells: dict[str, Cell], check: RowCheck, filling: Filling) -> RowPlan:
    plan = RowPlan(row, {column: as_text(cell) for column, cell in cells.items() if cell is not None})
    hidden = id_numbers.hide(plan.values, cells)
    filled, check.ask_unit = filling.fill(cells)
    plan.fields, plan.errors = check.check(row, cells)
    plan.errors += hidden
    plan.cleaned = filled + check.cleaned
    return plan


def members_by_mobile(mobiles: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Who has each mobile; of a record that was merged, the one that stands for it."""
    return {
        member["mobile"]: standing(member)
        for some in batched(mobiles, LOOKUP_SIZE, strict=False)
        for member in read_members(some)
    }


def standing(member: dict[str, Any]) -> dict[str, Any]:
    while member["merged_into"]:
        member = Member.objects.values(*READ).get(pk=member["merged_into"])
    return member


def read_members(mobiles: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    return Member.objects.filter(mobile__in=mobiles).values(*READ).iterator()


def compare(row: RowPlan, member: dict[str, Any], check: RowCheck) -> None:
    """Set the row against the member who has its mobile."""
    error = check.conflict(row.fields, member)
    if error is not None:
        row.errors.append(error)
    if row.errors:
        return
    row.existing = member["pk"]
    row.changes = differences(row.fields, member)


def recognise(rows: list[RowPlan], check: RowCheck, decisions: Decisions) -> None:
    """Set rows that may be somebody with a new mobile against that person, once it is decided."""
    for row, found in find_renumbered(rows, READ):
        member = decide(row, found, decisions)
        if member is not None:
            compare(row, member, check)
            row.changes = {"mobile": [member["mobile"], row.fields["mobile"]], **row.changes}


def differences(fields: dict[str, Any], member: dict[str, Any]) -> dict[str, list[Any]]:
    """Fields of the file that differ from the roster; columns the file lacks are left alone."""
    fixed = OWN_STATEMENTS if member["state"] == Member.State.REGISTERED else ()
    changes = {
        field: [member[field], fields[field]]
        for field in COMPARED
        if field in fields and field not in fixed and fields[field] != member[field]
    }
    if member["state"] == Member.State.DEPARTED:  # on a roster again
        changes["state"] = [member["state"], Member.State.LISTED.value]
    return changes
