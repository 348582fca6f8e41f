"""Columns named by hand, where the file's own headers say nothing to us."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from members.cleaning import as_text, clean_mobile, clean_text, without_id_numbers
from members.importing.deciding.showing import masked_within, short
from members.importing.plan import COLUMNS, key
from members.importing.roster.columns import HEADERS, MOBILE, REQUIRED, canonical
from members.models import ImportBatch
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.spreadsheet.reading import HEADER_ROWS, Cell, Sheet, column_letters, read_workbook

ROWS_SHOWN = HEADER_ROWS
COLUMNS_SHOWN = 40
LOOKED_AT = 200  # rows, to tell a column of mobiles
NO_HEADER = -1


class ColumnsIncomplete(Refusal):
    code = "columns_incomplete"


class ColumnTwice(Refusal):
    code = "column_twice"


@dataclass(frozen=True)
class Named:
    """A column of the file: its letters, and what it seems to be."""

    letters: str
    at: int
    meaning: str


@dataclass(frozen=True)
class Sample:
    """The top of a sheet, as far as it may be shown, and our guess."""

    name: str
    names: list[str]  # of all sheets
    columns: list[Named]
    rows: list[tuple[int, list[str]]]  # position and cells
    header: int


def sample_of(batch: ImportBatch, wanted: str, posted: Mapping[str, Any]) -> Sample:
    """The sheet of this name, or the first with something in it, with what was chosen for its columns:
    just now, or before; else our guess. Raises Unreadable.
    """
    sheets = [sheet for sheet in read_workbook(batch.file.path).sheets if any(sheet.rows)]
    sheet = next((sheet for sheet in sheets if sheet.name == wanted), sheets[0] if sheets else Sheet("", []))
    decided = batch.decisions.get(key(COLUMNS, sheet.name)) or {}
    chosen = chosen_columns(posted) if posted else decided.get("columns", {})
    header = chosen_header(posted) if posted else decided.get("header", header_of(sheet))
    meanings = {at: name for name, places in chosen.items() for at in places}
    width = width_of(sheet)
    by_hand = [Named(column_letters(at), at, meanings.get(at, "")) for at in range(width)]
    rows = [(at, shown(row, width)) for at, row in enumerate(sheet.rows[:ROWS_SHOWN])]
    columns = by_hand if posted or decided else guessed(sheet, header)
    return Sample(sheet.name, [sheet.name for sheet in sheets], columns, rows, header)


def width_of(sheet: Sheet) -> int:
    return min(max(map(len, sheet.rows[:LOOKED_AT]), default=0), COLUMNS_SHOWN)


def shown(row: list[Cell], width: int) -> list[str]:
    """Mobiles masked, ID numbers gone: the page is for telling columns apart."""
    texts = [short(masked_within(without_id_numbers(as_text(cell), "…"))) for cell in row[:width]]
    return texts + [""] * (width - len(texts))


def header_of(sheet: Sheet) -> int:
    """The row with most of our headers; where no row has any, the one above the first mobile."""
    rows = sheet.rows[:ROWS_SHOWN]
    known = [sum(meaning_of(cell) != "" for cell in row) for row in rows]
    if any(known):
        return known.index(max(known))
    people = (at for at, row in enumerate(rows) if any(map(clean_mobile, row)))
    return next(people, 0) - 1


def meaning_of(cell: Cell) -> str:
    return (canonical(cell) if isinstance(cell, str) else None) or ""


def guessed(sheet: Sheet, header: int) -> list[Named]:
    """What each column's header says, else mobiles by their look; a column of ours is guessed once."""
    heads = sheet.rows[header] if header >= 0 else []
    used: set[str] = set()
    found = []
    for at in range(width_of(sheet)):
        meaning = meaning_of(heads[at]) if at < len(heads) else ""
        if not meaning and MOBILE not in used and holds_mobiles(sheet, at):
            meaning = MOBILE
        found.append(Named(column_letters(at), at, "" if meaning in used else meaning))
        used |= {meaning} - {""}
    return found


def holds_mobiles(sheet: Sheet, at: int) -> bool:
    cells = [row[at] for row in sheet.rows[:LOOKED_AT] if at < len(row) and clean_text(row[at])]
    return bool(cells) and 2 * sum(bool(clean_mobile(cell)) for cell in cells) >= len(cells)


def named(posted: Mapping[str, Any]) -> dict[str, Any]:
    """The decision in what the form sent. Raises ColumnsIncomplete, ColumnTwice."""
    columns = chosen_columns(posted)
    if missing := [header for header in REQUIRED if header not in columns]:
        raise ColumnsIncomplete(_("还没有指定这几列：%(columns)s。") % {"columns": "、".join(missing)})
    for header, places in columns.items():
        if len(places) > 1 and header != MOBILE:
            letters = "、".join(map(column_letters, places))
            raise ColumnTwice(
                _("%(places)s 列都指定为“%(column)s”，请只留一列。") % {"places": letters, "column": header}
            )
    return {"header": chosen_header(posted), "columns": columns}


def chosen_columns(posted: Mapping[str, Any]) -> dict[str, list[int]]:
    columns: dict[str, list[int]] = {}
    for at in range(COLUMNS_SHOWN):
        if (header := posted.get(f"column-{at}", "")) in HEADERS:
            columns.setdefault(header, []).append(at)
    return columns


def chosen_header(posted: Mapping[str, Any]) -> int:
    position = str(posted.get("header", ""))
    return int(position) if position.isdecimal() and int(position) < ROWS_SHOWN else NO_HEADER
