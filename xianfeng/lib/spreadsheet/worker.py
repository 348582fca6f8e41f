"""Child process that opens an untrusted spreadsheet and prints its cells as JSON.

Run by ``xianfeng.lib.spreadsheet`` as a plain script, so that a file which makes the parser abort,
loop or eat memory takes only this process with it.  It imports nothing of the project: it must
start fast, and it gets an empty environment.

Output: ``{"sheets": [{"name": str, "rows": [[cell, …], …]}]}`` or ``{"error": code, "detail": …}``.
A sheet may have ``"hidden": true`` (and no rows then), ``hidden_rows`` and ``hidden_columns`` (positions).
A date is written as ``{"date": "2026-03-05"}``; every other cell is a JSON scalar.
"""

import csv
import datetime as dt
import io
import json
import os
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

ENTRY_LIMIT = 1_000
UNPACKED_LIMIT = 96 * 2**20  # bytes; an 11,000-row roster unpacks to 6 MB
RATIO_LIMIT = 250  # unpacked/packed of one large part; real sheets stay below 60
RATIO_FLOOR = 2**20  # parts smaller than this may pack as well as they like
SHEET_LIMIT = 30
ROW_LIMIT = 60_000
COLUMN_LIMIT = 300
CELL_LIMIT = 1_500_000  # dense cells of all sheets together: the parser allocates each of them
TEXT_LIMIT = 8 * 2**20  # characters of all cells together, against one long shared string in every cell
MERGE_LIMIT = 20_000
CPU_SECONDS = 4
MEMORY_BYTES = 280 * 2**20

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream a workbook with a password consists of
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")
TRUE = ("1", "true")
REFERENCE = re.compile(r"([A-Z]{1,4})([0-9]{1,9})")

Cell = str | float | bool | dict[str, str] | None
Rows = list[list[Cell]]


class Refused(Exception):
    """The file cannot be read; ``code`` is a key of the parent's message table."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def main(path: str, name: str) -> None:
    try:
        answer: dict[str, Any] = {"sheets": read(path, name)}
    except Refused as refusal:
        answer = {"error": refusal.code, "detail": refusal.detail}
    except MemoryError:
        answer = {"error": "too_big", "detail": ""}
    json.dump(answer, sys.stdout, ensure_ascii=False, separators=(",", ":"))


def limit_this_process() -> None:
    """Cap processor time, memory and core dumps before the file is touched."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def read(path: str, name: str) -> list[dict[str, Any]]:
    """Choose the reader by content, since clerks rename files; the name only rules out a renamed text."""
    with Path(path).open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise Refused("empty")
    if head.startswith(OLE_MAGIC):
        if ENCRYPTED in Path(path).read_bytes():
            raise Refused("password")
        return read_workbook(path, {})
    if head.startswith(ZIP_MAGICS):
        return read_workbook(path, checked_scans(path))
    if head.startswith(b"PK"):
        raise Refused("damaged")
    if looks_like_markup(head):
        raise Refused("web_page")
    if name.lower().endswith(WORKBOOK_SUFFIXES):
        raise Refused("damaged" if b"\0" in head else "text_named_workbook")
    return read_text(path)


def looks_like_markup(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    return start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta"))


# --- workbooks ---------------------------------------------------------------------------------


def read_workbook(path: str, scans: "dict[str, SheetScan]") -> list[dict[str, Any]]:
    # Imported late: text files do not need it, and refusals stay fast.
    from python_calamine import CalamineError, PasswordError

    try:
        with open_workbook(path) as book:
            return list(read_sheets(book, scans))
    except PasswordError as error:
        raise Refused("password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("damaged") from error


def open_workbook(path: str) -> Any:
    """By its name first, which finds passwords; then by its content, since xlsx files are renamed to xls."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise
    except CalamineError:
        return CalamineWorkbook.from_filelike(io.BytesIO(Path(path).read_bytes()))


def read_sheets(book: Any, scans: "dict[str, SheetScan]") -> Iterator[dict[str, Any]]:
    """The visible sheets; of hidden ones the name."""
    budget = Budget()
    for meta in book.sheets_metadata[:SHEET_LIMIT]:
        if not str(meta.typ).endswith("WorkSheet"):
            continue
        if str(meta.visible).endswith("Visible"):
            scan = scans.get(meta.name)
            rows = sheet_rows(book, meta.name, scan.formulas if scan else {}, budget)
            yield {"name": meta.name, "rows": rows, **(scan.hidden(rows) if scan else {})}
        else:
            yield {"name": meta.name, "rows": [], "hidden": True}


def sheet_rows(book: Any, name: str, formulas: "Formulas", budget: "Budget") -> Rows:
    sheet = book.get_sheet_by_name(name)
    budget.take_cells(sheet.total_height, sheet.total_width)
    rows: Rows = [[portable(cell, budget) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    spread_down(rows, sheet.merged_cell_ranges or [])
    show_formulas(rows, formulas)
    return [trimmed(row) for row in rows]


class Budget:
    """What one file may cost over all its sheets."""

    def __init__(self) -> None:
        self.cells = 0
        self.text = 0

    def take_cells(self, height: int, width: int) -> None:
        if height > ROW_LIMIT:
            raise Refused("too_many_rows", str(ROW_LIMIT))
        self.cells += height * width
        if width > COLUMN_LIMIT or self.cells > CELL_LIMIT:
            raise Refused("too_big")

    def take_text(self, length: int) -> None:
        self.text += length
        if self.text > TEXT_LIMIT:
            raise Refused("too_big")


def portable(cell: Any, budget: Budget) -> Cell:
    """A cell as JSON can carry it; blank cells become None."""
    if isinstance(cell, str):
        budget.take_text(len(cell))
        return cell or None
    if isinstance(cell, dt.datetime | dt.date):
        return {"date": cell.isoformat()[:10]}
    if isinstance(cell, dt.time | dt.timedelta):
        return str(cell)
    return cell  # bool or float, as the parser typed it


def spread_down(rows: Rows, merges: list[Any]) -> None:
    """Give every row of a vertically merged cell its value; horizontal merges are titles and stay."""
    for (top, left), (bottom, _) in merges[:MERGE_LIMIT]:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row):
                row[left] = rows[top][left]


def show_formulas(rows: Rows, formulas: "Formulas") -> None:
    """Put the text of a formula that has no stored result where its value would be: it is refused there."""
    for (row, column), text in formulas.items():
        while len(rows) <= row:
            rows.append([])
        rows[row].extend([None] * (column + 1 - len(rows[row])))
        rows[row][column] = text


def trimmed(row: list[Cell]) -> list[Cell]:
    while row and row[-1] is None:
        row.pop()
    return row


# --- checks on the package before the parser sees it -------------------------------------------

Formulas = dict[tuple[int, int], str]


def checked_scans(path: str) -> "dict[str, SheetScan]":
    """Refuse a hostile package; return, per sheet, what only its XML tells.

    The parser expands what it is given and allocates every cell up to the farthest one, so
    size, ratio, declarations and cell references are checked on the raw parts first.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = checked_parts(package)
            refuse_declarations(package, parts)
            return {name: scan_sheet(package, part) for name, part in sheet_parts(package, parts)}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise Refused("damaged") from error
    except (expat.ExpatError, OSError, ValueError, KeyError, RuntimeError) as error:
        raise Refused("damaged") from error


def checked_parts(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = package.infolist()
    if len(infos) > ENTRY_LIMIT:
        raise Refused("expands_too_much")
    parts = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}
    if len(parts) != len(infos):
        raise Refused("damaged")
    if sum(info.file_size for info in infos) > UNPACKED_LIMIT:
        raise Refused("expands_too_much")
    for info in infos:
        check_part(info)
    if "xl/workbook.xml" not in parts:
        raise Refused("other_format")
    return parts


def check_part(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise Refused("password")
    if info.file_size > RATIO_FLOOR and info.file_size > RATIO_LIMIT * max(info.compress_size, 1):
        raise Refused("expands_too_much")


def refuse_declarations(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
    """A spreadsheet never needs a DOCTYPE; entities are how small files become large ones."""
    for name, info in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            with package.open(info) as part:
                head = part.read(65536).replace(b"\0", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise Refused("declarations")


def sheet_parts(
    package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]
) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Sheet names with the package part that holds each, in workbook order."""
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for attributes in elements(package, parts.get("xl/_rels/workbook.xml.rels"), "Relationship")
    }
    for attributes in elements(package, parts["xl/workbook.xml"], "sheet"):
        target = targets.get(relation_id(attributes), "")
        part = parts.get(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower())
        if part is not None:
            yield attributes.get("name", ""), part


def relation_id(attributes: dict[str, str]) -> str:
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


def elements(package: zipfile.ZipFile, info: zipfile.ZipInfo | None, tag: str) -> list[dict[str, str]]:
    """Attributes of every element called ``tag`` in a small part."""
    found: list[dict[str, str]] = []
    if info is None:
        return found
    parser = strict_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(attributes)

    parser.StartElementHandler = start
    with package.open(info) as part:
        parser.ParseFile(part)
    return found


def strict_parser() -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise Refused("declarations")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


def scan_sheet(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> "SheetScan":
    scan = SheetScan()
    with package.open(info) as part:
        return scan.run(part)


class SheetScan:
    """One pass over a sheet's XML: cells too far out, formulas without a stored result, what is hidden.

    Only cells with content count. Sheets formatted to the last row or column are common and
    harmless, and the parser does not allocate for them.
    """

    def __init__(self) -> None:
        self.row = self.column = -1
        self.kind: str | None = None
        self.formula: list[str] | None = None
        self.formulas: Formulas = {}
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self.parser = strict_parser()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.buffer_text = True

    def run(self, part: IO[bytes]) -> "SheetScan":
        self.parser.ParseFile(part)
        return self

    def hidden(self, rows: Rows) -> dict[str, list[int]]:
        """Hidden rows and columns with something in them."""
        width = max(map(len, rows), default=0)
        return {
            "hidden_rows": [at for at in self.hidden_rows if at < len(rows) and rows[at]],
            "hidden_columns": [at for at in self.hidden_columns if at < width],
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.kind = attributes.get("t")
            self.place(attributes.get("r"))
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
            if attributes.get("hidden") in TRUE:
                self.hidden_rows.append(self.row)
        elif tag == "col" and attributes.get("hidden") in TRUE:
            first, last = int(attributes["min"]) - 1, int(attributes["max"])
            self.hidden_columns += range(first, min(last, COLUMN_LIMIT))
        elif tag in ("v", "is"):
            self.check_distance()
            if self.kind == "str":  # a stored result that is the empty text, as IF(…,"") gives
                self.formulas.pop((self.row, self.column), None)
        elif tag == "f":
            self.check_distance()
            self.formula = []
            self.parser.CharacterDataHandler = self.formula.append

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "f" and self.formula is not None:
            self.formulas[self.row, self.column] = "=" + "".join(self.formula)[:200]
            self.formula = None
            self.parser.CharacterDataHandler = self.result
        elif tag == "c":
            self.parser.CharacterDataHandler = None

    def result(self, text: str) -> None:
        """The formula just read has a stored result, and the parser will deliver it."""
        if text.strip():
            self.formulas.pop((self.row, self.column), None)

    def place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        match = REFERENCE.fullmatch(reference.upper())
        if match is None:
            raise Refused("damaged")
        self.row, self.column = int(match[2]) - 1, column_index(match[1])

    def check_distance(self) -> None:
        if self.row >= ROW_LIMIT or self.column >= COLUMN_LIMIT:
            raise Refused("far_cell", f"{column_letters(self.column)}{self.row + 1}")


def column_index(letters: str) -> int:
    """Zero-based: A is 0, Z is 25, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


# --- text files --------------------------------------------------------------------------------


def read_text(path: str) -> list[dict[str, Any]]:
    text = decoded(Path(path).read_bytes())
    budget = Budget()
    rows: Rows = []
    width = 0
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)):
            rows.append(trimmed([portable(cell, budget) for cell in record]))
            width = max(width, len(rows[-1]))
            if len(rows) > ROW_LIMIT:
                raise Refused("too_many_rows", str(ROW_LIMIT))
    except csv.Error as error:
        raise Refused("not_a_table") from error
    budget.take_cells(len(rows), width)
    return [{"name": "", "rows": rows}]


def decoded(data: bytes) -> str:
    """Text in UTF-8 (with or without mark), UTF-16 with mark, or GB18030, the order of plausibility."""
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise Refused("not_text")


def delimiter(text: str) -> str:
    first_lines = text[:4096]
    return max(",\t;", key=first_lines.count)


if __name__ == "__main__":
    limit_this_process()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main(sys.argv[1], sys.argv[2])
    sys.stdout.flush()
    os._exit(0)  # nothing to clean up, and freeing a large parse takes longer than reading it
