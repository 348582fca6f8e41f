"""Read spreadsheets that people send, safely.

Files come from outside and may be damaged, mislabelled or hostile.  They are parsed in a child
process with limits on time and memory (see ``worker``); here are the entry point, the
messages, and what every importer needs to find its table in a sheet.
"""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FILE_LIMIT = 20 * 2**20  # bytes
# Only a stopgap: the child's processor time is limited to 4 s, which take minutes where others work too.
WALL_SECONDS = 180
HEADER_ROWS = 10

WORKER = Path(__file__).with_name("worker.py")

Cell = str | float | bool | dt.date | None

MESSAGES: Mapping[str, Promise] = {
    "missing": _("找不到这个文件。请检查文件名和路径后再试。"),
    "empty": _("文件是空的。请确认选对了文件，填好内容并保存后再上传。"),
    "file_too_big": _("文件超过 20 MB。请只保留名册所在的工作表，或分成几个文件上传。"),
    "too_big": _("表格太大，无法读取。请删除多余的行、列和工作表，或分成几个文件上传。"),
    "too_many_rows": _("表格超过 %(detail)s 行。请删除多余的行，或分成几个文件上传。"),
    "too_slow": _("读取文件用时过长，已停止。请把表格复制到一个新工作簿里，另存为 .xlsx 再上传。"),
    "far_cell": _("单元格 %(detail)s 里有内容，离表格太远。请删除它，或把表格复制到一个新工作簿里再上传。"),
    "expands_too_much": _(
        "文件解压后异常地大，已拒绝读取。请把表格复制到一个新工作簿里，另存为 .xlsx 再上传。"
    ),
    "declarations": _(
        "文件里含有表格不该有的声明（DOCTYPE），已拒绝读取。请用 Excel 或 WPS 重新另存为 .xlsx 再上传。"
    ),
    "damaged": _("文件已损坏或不完整，无法打开。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 再上传。"),
    "password": _("工作簿有打开密码。请去掉密码，另存为 .xlsx 再上传。"),
    "other_format": _("这不是 Excel 工作簿。请用 Excel 或 WPS 另存为 .xlsx，或导出为 .csv 再上传。"),
    "web_page": _("文件内容是网页或 XML，不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "text_named_workbook": _(
        "文件名像 Excel 工作簿，内容却是纯文本。请用 Excel 或 WPS 打开后另存为 .xlsx，"
        "或把扩展名改为 .csv 再上传。"
    ),
    "not_text": _("文件内容不是文字表格。请上传 .xlsx，或用 UTF-8 或 GB18030 编码保存的 .csv。"),
    "not_a_table": _("文件不是规范的 CSV 表格。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "no_header": _("前 %(rows)s 行里没有找到表头。请确认有一行写着列名：%(columns)s，再上传。"),
    "column_missing": _("表头（第 %(row)s 行）缺少必填的列：%(columns)s。请补上后再上传。"),
    "column_repeated": _(
        "表头（第 %(row)s 行）有 %(count)s 列都是“%(column)s”（%(places)s），"
        "不知道以哪一列为准。请只保留一列再上传。"
    ),
    "no_rows": _("表头（第 %(row)s 行）下面没有数据。请填好名单再上传。"),
}


class Unreadable(Exception):
    """The file as a whole cannot be used; ``message`` says in the reader's words why and what to do."""

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = gettext(str(MESSAGES[code])) % detail

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Sheet:
    """Rows as they stand in the file, from its first row; blank cells are None, row ends are cut."""

    name: str
    rows: list[list[Cell]]
    hidden_rows: Sequence[int] = ()  # positions; they are read like the others
    hidden_columns: Sequence[int] = ()


@dataclass(frozen=True)
class Workbook:
    """The visible sheets, and the names of the hidden ones, which are not read."""

    sheets: list[Sheet]
    hidden: Sequence[str] = ()


@dataclass(frozen=True)
class Table:
    """A sheet with a header: ``columns`` maps a column's canonical name to its position."""

    sheet: Sheet
    header: int  # position of the header row; -1 where there is none
    columns: dict[str, int]
    unknown: list[str]
    more: Mapping[str, list[int]] = field(default_factory=dict)  # further places of a column

    def heading(self, column: str) -> Cell:
        """What the file calls a column."""
        row = self.sheet.rows[self.header] if self.header >= 0 else []
        at = self.columns[column]
        return row[at] if at < len(row) else None

    def records(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Rows below the header as ``(Excel row number, {column: value})``."""
        columns = self.columns.items()
        for position in range(self.header + 1, len(self.sheet.rows)):
            row = self.sheet.rows[position]
            size = len(row)
            yield position + 1, {name: row[at] if at < size else None for name, at in columns}


def read_workbook(path: str | Path, name: str = "") -> Workbook:
    """Every visible sheet of the xlsx, xls or csv file at ``path``.

    ``name`` is the file's original name when it is stored under another.  Vertically merged cells
    are spread over their rows; a formula counts with its stored result, and one without a result
    stands as its text.  Takes at most about 4 s of processor time and 280 MB, in a child process.
    Raises Unreadable.
    """
    path = Path(path)
    if not path.is_file():
        raise Unreadable("missing")
    if path.stat().st_size > FILE_LIMIT:
        raise Unreadable("file_too_big")
    answer = ask_worker(path, name or path.name)
    if "error" in answer:
        raise Unreadable(answer["error"], detail=answer["detail"])
    hidden = [sheet["name"] for sheet in answer["sheets"] if sheet.get("hidden")]
    return Workbook([Sheet(**sheet) for sheet in answer["sheets"] if not sheet.get("hidden")], hidden)


def ask_worker(path: Path, name: str) -> dict[str, Any]:
    """Run the parser apart; -I keeps the project's and the user's environment out of it."""
    command = [sys.executable, "-I", str(WORKER), str(path.absolute()), name]
    try:
        done = subprocess.run(  # noqa: S603  (our own script; the path is an argument, never a command)
            command, capture_output=True, timeout=WALL_SECONDS, env={}, stdin=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_slow") from error
    if done.returncode != 0:
        raise Unreadable(code_of_death(done.returncode))
    answer: dict[str, Any] = json.loads(done.stdout, object_hook=as_date)
    return answer


def code_of_death(returncode: int) -> str:
    """A killed child ran out of time; an aborted one (the parser's way) ran out of memory."""
    return {-9: "too_slow", -24: "too_slow", -6: "too_big", -11: "too_big"}.get(returncode, "damaged")


def as_date(value: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(value["date"]) if value.keys() == {"date"} else value


def find_table(workbook: Workbook, canonical: Callable[[str], str | None], required: Sequence[str]) -> Table:
    """The first sheet with a row, among its first ten, that names every required column.

    ``canonical`` turns a header cell into a column's name, or None for a column nobody knows.
    Raises Unreadable: no header, a required column missing, a column named twice, no rows.
    """
    refused: list[Unreadable] = []
    for sheet in workbook.sheets:
        try:
            return table_in(sheet, canonical, required)
        except Unreadable as error:
            refused.append(error)
    no_header = Unreadable("no_header", rows=HEADER_ROWS, columns="、".join(required))
    raise next((error for error in refused if error.code != "no_header"), no_header)


def column_places(row: list[Cell], canonical: Callable[[str], str | None]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, cell in enumerate(row):
        column = canonical(cell) if isinstance(cell, str) else None
        if column is not None:
            places.setdefault(column, []).append(at)
    return places


def find_tables(
    workbook: Workbook,
    canonical: Callable[[str], str | None],
    required: Sequence[str],
    several: Collection[str] = (),
    by_hand: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> tuple[list[Table], dict[str, str]]:
    """Every sheet with a header, and of the others that have something like one, why they are not read.

    Columns in `several` may stand in a header more than once, under different names. Where somebody
    said `by_hand` what a sheet's columns are, nothing is looked for: "header", its position or -1, and
    "columns", the positions of each.
    Raises Unreadable where no sheet can be read, as `find_table` does.
    """
    tables: list[Table] = []
    passed_over: dict[str, str] = {}
    for sheet in workbook.sheets:
        try:
            if sheet.name in by_hand:
                tables.append(table_by_hand(sheet, **by_hand[sheet.name]))
            else:
                tables.append(table_in(sheet, canonical, required, several))
        except Unreadable as error:
            if error.code != "no_header":
                passed_over[sheet.name] = error.message
    if not tables:
        find_table(workbook, canonical, required)  # says which is nearest, and what it lacks
    return tables, passed_over


def table_by_hand(sheet: Sheet, header: int, columns: Mapping[str, list[int]]) -> Table:
    """The sheet's table as somebody described it. Raises Unreadable."""
    if not any(any(cell is not None for cell in below) for below in sheet.rows[header + 1 :]):
        raise Unreadable("no_rows", row=max(header, 0) + 1)
    used = {at for places in columns.values() for at in places}
    heads = enumerate(sheet.rows[header] if header >= 0 else [])
    unknown = [str(cell).strip() for at, cell in heads if cell is not None and at not in used]
    first = {column: places[0] for column, places in columns.items()}
    more = {column: places[1:] for column, places in columns.items() if len(places) > 1}
    return Table(sheet, header, first, [name for name in unknown if name], more)


def table_in(
    sheet: Sheet,
    canonical: Callable[[str], str | None],
    required: Sequence[str],
    several: Collection[str] = (),
) -> Table:
    """The sheet's table. Raises Unreadable."""
    rows = [(column_places(row, canonical), at) for at, row in enumerate(sheet.rows[:HEADER_ROWS])]
    for places, position in rows:
        if all(column in places for column in required):
            return table_at(sheet, position, places, canonical, several)
    places, position = max(rows, key=lambda found: len(found[0]), default=({}, 0))
    if len(places) < 2:
        raise Unreadable("no_header", rows=HEADER_ROWS, columns="、".join(required))
    missing = [column for column in required if column not in places]
    raise Unreadable("column_missing", row=position + 1, columns="、".join(missing))


def table_at(
    sheet: Sheet,
    position: int,
    places: dict[str, list[int]],
    canonical: Callable[[str], str | None],
    several: Collection[str] = (),
) -> Table:
    row = sheet.rows[position]
    for column, repeated in places.items():
        names = {row[at] for at in repeated}
        if len(repeated) > 1 and (column not in several or len(names) < len(repeated)):
            raise repeated_column(position, column, repeated)
    unknown = [str(cell).strip() for cell in row if cell is not None and canonical(str(cell)) is None]
    if not any(any(cell is not None for cell in below) for below in sheet.rows[position + 1 :]):
        raise Unreadable("no_rows", row=position + 1)
    columns = {column: at[0] for column, at in places.items()}
    more = {column: at[1:] for column, at in places.items() if len(at) > 1}
    return Table(sheet, position, columns, [name for name in unknown if name], more)


def repeated_column(position: int, column: str, places: list[int]) -> Unreadable:
    return Unreadable(
        "column_repeated",
        row=position + 1,
        count=len(places),
        column=column,
        places="、".join(column_letters(at) for at in places),
    )


def column_letters(index: int) -> str:
    """Excel's name of a column by zero-based position: A, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")


def defused(text: str) -> str:
    """Text that no spreadsheet program takes for a formula, even after a detour over CSV."""
    return f"'{text}" if text.startswith(FORMULA_START) else text


def undefused(text: str) -> str:
    """What `defused` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_START) else text
