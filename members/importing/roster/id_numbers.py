"""ID numbers that stand in a roster: never stored, shown or sent back (个人信息保护法 第六条: least data)."""

import re

from members.cleaning import INVISIBLE
from members.importing.column import Content
from members.importing.plan import RowError
from xianfeng.lib.spreadsheet.reading import Cell

from .checking import row_error
from .columns import COLUMN

SHORTEST = 15  # characters; numbers of the first generation
# What stands for one where the column cannot do without a value, so that it is refused and not stored.
STAND_IN = "［身份证号］"

GAP = rf"[\s.\-{INVISIBLE}]{{0,2}}"
REGION = (r"[1-9]", *[r"\d"] * 5)
DAY = (rf"(?:0{GAP}[1-9]|1{GAP}[0-2])", rf"(?:0{GAP}[1-9]|[12]{GAP}\d|3{GAP}[01])")
YEAR = (rf"(?:1{GAP}[89]|2{GAP}0)", r"\d", r"\d")
LONG = (*REGION, *YEAR, *DAY, r"\d", r"\d", r"\d", r"[\dXx]")
SHORT = (*REGION, r"\d", r"\d", *DAY, r"\d", r"\d", r"\d")
NUMBER = re.compile(rf"{GAP.join(LONG)}|(?<!\d){GAP.join(SHORT)}(?!\d)")
HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def hide(values: dict[str, str], cells: dict[str, Cell]) -> list[RowError]:
    """Take every ID number out of a row before anything keeps it; the errors of the text columns."""
    errors = []
    for header in [header for header, text in values.items() if len(text) >= SHORTEST]:
        is_text = COLUMN[header].content is Content.TEXT
        text = written(cells[header], values[header])
        rest = NUMBER.sub("" if is_text else STAND_IN, text.translate(HALF_WIDTH))
        if rest == text.translate(HALF_WIDTH):
            continue
        values[header] = cells[header] = rest.strip()
        if is_text:
            errors.append(row_error(header, "id_number_in_text", STAND_IN))
    return errors


def written(cell: Cell, text: str) -> str:
    """A long number with all its digits: 3.3E+17 is one as well."""
    return f"{cell:.0f}" if isinstance(cell, float) else text
