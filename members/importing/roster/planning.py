"""Classify every row of a roster: new, changed, unchanged or rejected. Reads only."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import batched
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from members.cleaning import as_text, clean_mobile, clean_text, tidy_mobile
from members.importing.plan import (
    ABOVE,
    CELLS,
    COLUMNS,
    FILL,
    GROUPED,
    SHEET,
    SKIP,
    UNASKED,
    Ask,
    Cleaned,
    Decisions,
    Plan,
    RowPlan,
)
from members.models import Member, Organization
from xianfeng.lib.spreadsheet.reading import (
    Cell,
    Table,
    Unreadable,
    Workbook,
    column_letters,
    find_tables,
    read_workbook,
)
from xianfeng.lib.times import today

from .checking import VALUE_LIMIT, RowCheck, hide_id_numbers, refuse_own
from .columns import (
    COMPARED,
    ENTRY,
    MOBILE,
    OWN_STATEMENTS,
    REQUIRED,
    UNIT,
    canonical,
    is_combined,
    is_no_row,
    is_total,
)
from .directory import Directory
from .renumbering import ask_of, decide, refuse_second

State = Member.State

Progress = Callable[[int, int], None]
PROGRESS_STEP = 2_000  # rows between two reports
LOOKUP_SIZE = 2_000  # mobiles in one query

READ = ("pk", "mobile", "state", "departed_on", "registered_at", "merged_into", *COMPARED)


@dataclass(frozen=True)
class Rosters:
    """The tables of a file that count, and what is to be told of the others."""

    tables: list[Table]
    sheets: list[dict[str, Any]] = field(default_factory=list)


def read_rosters(path: str | Path, name: str = "", decisions: Decisions = UNASKED) -> Rosters:
    """Every sheet with a roster's header, except those somebody left out. Raises Unreadable."""
    workbook = read_workbook(path, name)
    tables, passed_over = find_tables(
        workbook, canonical, REQUIRED, several=(MOBILE,), by_hand=decisions.by_subject(COLUMNS)
    )
    filled = [table for table in tables if not all(is_no_row(cells) for _, cells in table.records())]
    if not filled:
        raise Unreadable("no_rows", row=max(tables[0].header, 0) + 1)
    read = [table for table in filled if decisions.of(SHEET, table.sheet.name) != SKIP]
    return Rosters(read, [*told(workbook, filled, read, passed_over)])


def told(
    workbook: Workbook, filled: list[Table], read: list[Table], passed_over: dict[str, str]
) -> list[dict[str, Any]]:
    """Each sheet with what is worth a word, as a batch stores it."""
    rosters = {table.sheet.name: table for table in filled}
    sheets = [
        {
            "name": sheet.name,
            "is_roster": sheet.name in rosters,
            "is_read": rosters.get(sheet.name) in read,
            "why_not": passed_over.get(sheet.name, ""),
            "hidden_rows": [at + 1 for at in sheet.hidden_rows if is_below(at, rosters.get(sheet.name))],
            "hidden_columns": [column_letters(at) for at in sheet.hidden_columns],
        }
        for sheet in workbook.sheets
    ]
    return sheets + [{"name": name, "is_hidden": True} for name in workbook.hidden]


def is_below(position: int, table: Table | None) -> bool:
    return table is not None and position > table.header


def plan_roster(
    path: str | Path, scope: Organization | None = None, *, name: str = "", decisions: Decisions = UNASKED
) -> Plan:
    """What importing the file would do on behalf of ``scope`` (None: the whole city); writes nothing.

    Costs one query for the tree and one per 2,000 rows. Raises Unreadable.
    """
    return plan_rosters(read_rosters(path, name, decisions), scope, decisions)


def plan_rosters(
    rosters: Rosters,
    scope: Organization | None,
    decisions: Decisions,
    progress: Progress | None = None,
    own: Set[int] = frozenset(),
) -> Plan:
    """As `plan_roster`, on tables read before; tells `progress` how many rows of how many are done.

    `own` are the entries of whoever sends the file: see `checking`.
    """
    check = RowCheck(Directory(scope), decisions, own)
    rows: list[RowPlan] = []
    total = sum(len(table.sheet.rows) for table in rosters.tables)
    for row in rows_of(rosters.tables, check, decisions):
        rows.append(row)
        if progress and len(rows) % PROGRESS_STEP == 0:
            progress(len(rows), total)
    known = members_by_mobile(row.fields["mobile"] for row in rows if row.fields["mobile"])
    for row in rows:
        member = known.get(row.fields["mobile"])
        if member is not None:
            compare(row, member, check)
    recognise(rows, one_row_each(rows), check, decisions)
    unknown = dict.fromkeys(column for table in rosters.tables for column in table.unknown)
    return Plan(rows, list(unknown), rosters.sheets, enter(rows, check.entry_day))


def enter(rows: Iterable[RowPlan], day: dt.date) -> int:
    """Give new people the day since when they are on the roster, where the file names none. How many?"""
    new = (row for row in rows if row.existing is None and not row.errors)
    undated = [row for row in new if "joined_on" not in row.fields]
    for row in undated:
        row.fields["joined_on"] = day
    return len(undated)


def rows_of(tables: Iterable[Table], check: RowCheck, decisions: Decisions) -> Iterator[RowPlan]:
    """Each row checked on its own; blank rows, signatures and totals are none."""
    for table in tables:
        filling = Filling(table, decisions)
        mending = Mending(table, decisions)
        check.start(table.sheet.name, is_combined=is_combined(table.heading(UNIT)))
        phones = [table.columns[MOBILE], *table.more[MOBILE]] if table.more else []
        for number, cells in table.records():
            raw = table.sheet.rows[number - 1]
            others = choose_mobile(raw, phones, cells) if phones else []
            mended = mending.mend(number, cells) if mending.by_row else []
            if is_no_row(cells):
                continue
            row = planned(number, cells, check, filling)
            if row.fields["mobile"] or not is_total(raw):
                row.sheet = table.sheet.name
                row.cleaned = others + mended + row.cleaned
                yield row


class Filling:
    """Goes down a sheet with the rows and remembers the last unit."""

    def __init__(self, table: Table, decisions: Decisions) -> None:
        self.table = table
        self.answer = decisions.of(FILL, table.sheet.name)
        self.ask = Ask(FILL, table.sheet.name, {"sheet": table.sheet.name})
        self.above = ""

    def fill(self, cells: dict[str, Cell]) -> tuple[list[Cleaned], Ask | None]:
        """Give a row without a unit the one above; otherwise the question that stands open."""
        unit = cells[UNIT]
        # What begins with a letter is no blank; cleaning each of 11,000 to know is slow.
        if (isinstance(unit, str) and unit[:1].isalnum()) or clean_text(unit):
            self.above = as_text(unit)
            return [], None
        if not self.above:
            return [], None
        if self.answer == ABOVE or (self.answer == GROUPED and self.is_grouped):
            cells[UNIT] = self.above
            return [Cleaned(UNIT, "", clean_text(self.above))], None
        return [], self.ask if self.answer is None else None

    @cached_property
    def is_grouped(self) -> bool:
        """Each unit is written once, and at least as many rows leave it blank as write it."""
        units = [clean_text(cells[UNIT]) for _, cells in self.table.records() if not is_no_row(cells)]
        written = [unit for unit in units if unit]
        return len(set(written)) == len(written) <= len(units) - len(written)


class Mending:
    """What people wrote over the cells of a sheet."""

    def __init__(self, table: Table, decisions: Decisions) -> None:
        places = ((place.rpartition("!"), given) for place, given in decisions.by_subject(CELLS).items())
        self.by_row = {int(row): given for (sheet, _, row), given in places if sheet == table.sheet.name}

    def mend(self, row: int, cells: dict[str, Cell]) -> list[Cleaned]:
        given: dict[str, str] = self.by_row.get(row, {})
        before = {header: as_text(cells.get(header))[:VALUE_LIMIT] for header in given}
        cells |= given
        return [Cleaned(header, before[header], text[:VALUE_LIMIT]) for header, text in given.items()]


def choose_mobile(raw: list[Cell], places: list[int], cells: dict[str, Cell]) -> list[Cleaned]:
    """Of several columns with numbers, the first mobile counts; the others are shown."""
    written = [raw[at] for at in places if at < len(raw) and clean_text(raw[at])]
    chosen = next((cell for cell in written if clean_mobile(cell) or tidy_mobile(cell)), None)
    cells[MOBILE] = next(iter(written), None) if chosen is None else chosen
    taken = as_text(cells[MOBILE])
    return [Cleaned(MOBILE, "、".join(map(as_text, written)), taken)] if len(written) > 1 else []


def planned(row: int, cells: dict[str, Cell], check: RowCheck, filling: Filling) -> RowPlan:
    plan = RowPlan(row, {column: as_text(cell) for column, cell in cells.items() if cell is not None})
    hidden = hide_id_numbers(plan.values, cells)
    filled, check.ask_unit = filling.fill(cells)
    plan.fields, plan.errors = check.check(row, cells)
    check.hidden(hidden)
    plan.cleaned = filled + check.cleaned
    return plan


# --- Against the roster -------------------------------------------------------------------------


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
    if member["state"] == Member.State.DEPARTED:  # on a roster again
        row.changes |= comes_back(row.fields, member, check.entry_day)
    elif "joined_on" in row.changes and not check.sets_dates:
        before, sent = row.changes.pop("joined_on")
        row.cleaned.append(Cleaned(ENTRY, sent, before or gettext("全年计入")))
    refuse_own(row, check.own)


def one_row_each(rows: Iterable[RowPlan]) -> dict[int, RowPlan]:
    """The first row of each person; a file may hold the numbers of two records that were merged."""
    first: dict[int, RowPlan] = {}
    for row in rows:
        if row.existing is not None and first.setdefault(row.existing, row) is not row:
            refuse_second(row, first[row.existing])
    return first


def recognise(rows: list[RowPlan], first: dict[int, RowPlan], check: RowCheck, decisions: Decisions) -> None:
    """Set rows that may be somebody with a new mobile against that person, once it is decided."""
    for row, found in find_renumbered(rows):
        member = decide(row, found, decisions)
        if member is None:
            continue
        if first.setdefault(member["pk"], row) is not row:
            refuse_second(row, first[member["pk"]], ask=ask_of(row, found))
            continue
        compare(row, member, check)
        row.changes = {"mobile": [member["mobile"], row.fields["mobile"]], **row.changes}
        refuse_own(row, check.own)


def find_renumbered(rows: Iterable[RowPlan]) -> list[tuple[RowPlan, list[dict[str, Any]]]]:
    """Rows that would be new, with who of that name and unit has a mobile that the file lacks."""
    rows = list(rows)
    own = {row.fields["mobile"] for row in rows}
    strangers = [row for row in rows if not row.errors and row.existing is None]
    people = namesakes({identity(row.fields) for row in strangers})
    pairs = ((row, people.get(identity(row.fields), [])) for row in strangers)
    maybe = ((row, [one for one in found if one["mobile"] not in own]) for row, found in pairs)
    return [(row, found) for row, found in maybe if found]


def identity(fields: dict[str, Any]) -> tuple[str, int]:
    """What a person is known by, besides the mobile."""
    return fields["name"], fields["unit_id"]


def namesakes(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """People by name and unit: a query for the names in these units, and one for those found.

    A file has far fewer units than names.
    """
    people: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    records = Member.objects.exclude(state=Member.State.MERGED)
    in_units = records.filter(unit__in={unit for _name, unit in wanted}).values_list("pk", "name", "unit_id")
    found = [pk for pk, name, unit in in_units.iterator() if (name, unit) in wanted]
    for some in batched(sorted(found), LOOKUP_SIZE, strict=False):
        for one in records.filter(pk__in=some).order_by("pk").values(*READ):
            people[identity(one)].append(one)
    return people


def differences(fields: dict[str, Any], member: dict[str, Any]) -> dict[str, list[Any]]:
    """Fields of the file that differ from the roster; columns the file lacks are left alone."""
    fixed = OWN_STATEMENTS if member["state"] == Member.State.REGISTERED else ()
    return {
        field: [as_stored(member[field]), as_stored(fields[field])]
        for field in COMPARED
        if field in fields and field not in fixed and fields[field] != member[field]
    }


def comes_back(fields: dict[str, Any], member: dict[str, Any], otherwise: dt.date) -> dict[str, list[Any]]:
    """The year counts from the day of the return: the file's, if it is later than the leaving."""
    left = member["departed_on"] or dt.date.min
    days = (fields.get("joined_on"), otherwise, today())
    day = next((day for day in days if day and day > left), today())
    state = State.REGISTERED if member["registered_at"] else State.LISTED
    return {
        "joined_on": [as_stored(member["joined_on"]), as_stored(day)],
        "departed_on": [as_stored(member["departed_on"]), None],
        "state": [member["state"], state.value],
    }


def as_stored(value: Any) -> Any:
    """A date as its text: changes are kept as JSON."""
    return value.isoformat() if isinstance(value, dt.date) else value
