"""Rows into a file: a workbook of XlsxWriter that keeps one row in memory, or CSV for other programs.

No cell is ever a formula or a link: text is written as text and defused on top, since a workbook may be
saved as CSV and opened again.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.exports.masking import safe
from xianfeng.lib.palette import COLOURS

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
LONGEST = 32_767  # characters of one cell in Excel
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Heading:
    text: str
    width: int


type Rows = Iterable[Sequence[Any]]
type Facts = Sequence[tuple[str, str]]


def write_workbook(file: IO[bytes], headings: Sequence[Heading], rows: Rows, facts: Facts) -> int:
    """The list on the first sheet, what it is and who took it on the second. Returns how many rows."""
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(_("名单"))
        heads = [heading.text for heading in headings]
        for at, heading in enumerate(headings):
            sheet.set_column(at, at, heading.width)
        sheet.freeze_panes(1, 0)
        put_row(sheet, 0, heads, book.add_format({"bold": True, "bottom": 1, "bg_color": COLOURS["paper-2"]}))
        day, moment = (book.add_format({"num_format": form}) for form in (DAY, MOMENT))
        count = put_rows(sheet, rows, day, moment)
        sheet.autofilter(0, 0, count, len(headings) - 1)
        about = book.add_worksheet(_("说明"))
        about.set_column(0, 0, 12)
        about.set_column(1, 1, 60)
        for line, fact in enumerate(facts):
            put_row(about, line, fact)
    return count


def put_row(sheet: Worksheet, line: int, texts: Iterable[str], style: Format | None = None) -> None:
    for at, text in enumerate(texts):
        sheet.write_string(line, at, safe(text)[:LONGEST], style)


def put_rows(sheet: Worksheet, rows: Rows, day: Format, moment: Format) -> int:
    """Each value as what it is; an empty one leaves its cell out."""
    line = 0
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(line, at, safe(value)[:LONGEST])
            elif isinstance(value, int | float):
                sheet.write_number(line, at, value)
            elif isinstance(value, dt.date):
                style = moment if isinstance(value, dt.datetime) else day
                sheet.write_datetime(line, at, value, style)
    return line


def write_csv(file: IO[bytes], headings: Sequence[Heading], rows: Rows, facts: Facts) -> int:
    """UTF-8 with the mark that tells Excel so. Returns how many rows."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([safe(heading.text) for heading in headings])
    count = 0
    for row in rows:
        writer.writerow([plain(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def plain(value: Any) -> Any:
    if isinstance(value, str):
        return safe(value)
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else value


WRITERS: dict[str, Callable[[IO[bytes], Sequence[Heading], Rows, Facts], int]] = {
    "xlsx": write_workbook,
    "csv": write_csv,
}
