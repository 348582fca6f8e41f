"""Reading what people send: every file is either read right or refused with a clear message."""

import datetime as dt
import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import xlsxwriter

from xianfeng.lib.spreadsheet import reading, worker
from xianfeng.lib.spreadsheet.reading import Unreadable, defused, find_table, read_workbook, undefused

from .workbooks import raw_workbook, save_workbook, text_cell

HEADER = "姓名,手机号,单位\n"
MB = 2**20


def refusal(path: Path, name: str = "") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_workbook(path, name)
    return caught.value


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def rows_of(path: Path) -> list[list[reading.Cell]]:
    return read_workbook(path).sheets[0].rows


# --- What is read ---


def test_plain_values_come_as_they_are(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("甲")
        sheet.write_row(1, 1, ["张三", 13800000000, True])
        sheet.write_datetime(2, 1, dt.datetime(2026, 3, 5), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
    assert rows_of(path) == [[], [None, "张三", 13800000000.0, True], [None, dt.date(2026, 3, 5)]]


def test_vertically_merged_cells_count_for_each_row_and_titles_do_not(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "名册")
        sheet.merge_range(1, 1, 3, 1, "市税务局")
        sheet.write_column(1, 0, ["甲", "乙", "丙"])
    assert rows_of(path) == [["名册"], ["甲", "市税务局"], ["乙", "市税务局"], ["丙", "市税务局"]]


def test_a_formula_counts_with_its_result_and_stands_as_text_without_one(tmp_path: Path):
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>CMD()</f><v/></c>'
        '<c r="C1" t="str"><f>IF(A1,"","")</f><v></v></c><c r="D1"><f>A1</f></c></row>'
    )
    path = written(tmp_path, "a.xlsx", raw_workbook(rows))
    assert rows_of(path) == [[2.0, "=CMD()", None, "=A1"]]


def test_hidden_sheets_are_left_alone(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("新").write(0, 0, "x")
        hidden = book.add_worksheet("旧")
        hidden.write(0, 0, "x")
        hidden.hide()
    assert [sheet.name for sheet in read_workbook(path).sheets] == ["新"]


def test_formatting_up_to_the_last_row_and_column_is_harmless(tmp_path: Path):
    rows = (
        f'<row r="1">{text_cell("A1", "x")}<c r="XFD1" s="0"/></row><row r="1048576"><c r="A1048576"/></row>'
    )
    assert rows_of(written(tmp_path, "a.xlsx", raw_workbook(rows))) == [["x"]]


def test_a_dimension_that_lies_is_not_believed(tmp_path: Path):
    content = raw_workbook(
        f'<row r="1">{text_cell("A1", "x")}</row>', before='<dimension ref="A1:XFD1048576"/>'
    )
    path = written(tmp_path, "a.xlsx", content)
    assert rows_of(path) == [["x"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_files_of_each_usual_encoding(tmp_path: Path, encoding: str):
    path = written(tmp_path, "a.csv", (HEADER + "张𠮷,13800000000,市税务局\n").encode(encoding))
    assert rows_of(path) == [["姓名", "手机号", "单位"], ["张𠮷", "13800000000", "市税务局"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_with_each_usual_delimiter(tmp_path: Path, delimiter: str):
    path = written(tmp_path, "a.csv", "姓名,单位\n张三,市税务局\n".replace(",", delimiter).encode())
    assert rows_of(path) == [["姓名", "单位"], ["张三", "市税务局"]]


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.et", "a", "a.xlsm"])
def test_a_workbook_is_known_by_its_content_not_its_name(tmp_path: Path, name: str):
    path = save_workbook(tmp_path / "a.xlsx", {"名册": [["姓名"]]})
    assert rows_of(path.rename(tmp_path / name)) == [["姓名"]]


def test_several_threads_may_read_at_once(tmp_path: Path):
    path = save_workbook(tmp_path / "a.xlsx", {"名册": [["姓名"], ["张三"]]})
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(rows_of, [path] * 8))
    assert found == [[["姓名"], ["张三"]]] * 8


# --- What is refused ---


def shared_string_bomb() -> bytes:
    """30 kB of text, in each of 60,000 cells: 1.8 GB for a parser that copies it."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    return raw_workbook(rows, shared="x" * 30_000)


def many_entries() -> bytes:
    return raw_workbook("", parts={f"xl/media/{n}.xml": "<a/>" for n in range(1_500)})


def huge_part() -> bytes:
    return raw_workbook("", parts={"xl/styles.xml": b" " * (120 * MB)})


def part_that_packs_too_well() -> bytes:
    return raw_workbook("", parts={"xl/styles.xml": b" " * (20 * MB)})


def same_part_twice() -> bytes:
    buffer = io.BytesIO(raw_workbook(""))
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("XL/Worksheets/sheet1.xml", "<worksheet/>")
    return buffer.getvalue()


def entities_in_a_sheet() -> bytes:
    bomb = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    return raw_workbook("", parts={"xl/worksheets/sheet1.xml": bomb})


def entities_behind_a_long_comment() -> bytes:
    bomb = f'<!--{"x" * 90_000}--><!DOCTYPE l [<!ENTITY a "a">]><worksheet>&a;</worksheet>'
    return raw_workbook("", parts={"xl/worksheets/sheet1.xml": bomb})


def entities_in_utf16() -> bytes:
    bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE l [<!ENTITY a "a">]><sst>&a;</sst>'
    return raw_workbook("", parts={"xl/sharedStrings.xml": bomb.encode("utf-16")})


def far_cell(reference: str) -> bytes:
    return raw_workbook(f'<row r="1">{text_cell(reference, "x")}</row>')


def far_column_without_references() -> bytes:
    return raw_workbook("<row>" + "<c><v>1</v></c>" * 400 + "</row>")


def far_row_in_character_references() -> bytes:
    return raw_workbook('<row r="1"><c r="&#65;&#49;048576"><v>1</v></c></row>')


def far_formula() -> bytes:
    return raw_workbook('<row r="1"><c r="XFD1048576"><f>A1</f></c></row>')


def broken_reference() -> bytes:
    return raw_workbook(text_cell("-1", "x"))


def other_package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    return buffer.getvalue()


def encrypted_package() -> bytes:
    content = bytearray(other_package())
    content[6] |= 1  # the flag in the local header, then in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def encrypted_workbook() -> bytes:
    return worker.OLE_MAGIC + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(900)


REFUSED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("empty", "a.xlsx", lambda: b""),
    ("empty", "a.csv", lambda: b" \r\n  "),
    ("too_big", "a.xlsx", shared_string_bomb),
    ("expands_too_much", "a.xlsx", many_entries),
    ("expands_too_much", "a.xlsx", huge_part),
    ("expands_too_much", "a.xlsx", part_that_packs_too_well),
    ("damaged", "a.xlsx", same_part_twice),
    ("declarations", "a.xlsx", entities_in_a_sheet),
    ("declarations", "a.xlsx", entities_behind_a_long_comment),
    ("declarations", "a.xlsx", entities_in_utf16),
    ("far_cell", "a.xlsx", lambda: far_cell("XFD1048576")),
    ("far_cell", "a.xlsx", lambda: far_cell("xfd1")),
    ("far_cell", "a.xlsx", lambda: far_cell("A999999999")),
    ("far_cell", "a.xlsx", far_column_without_references),
    ("far_cell", "a.xlsx", far_row_in_character_references),
    ("far_cell", "a.xlsx", far_formula),
    ("damaged", "a.xlsx", broken_reference),
    ("damaged", "a.xlsx", lambda: raw_workbook("")[:700]),
    ("damaged", "a.xlsx", lambda: b"PK\x03\x04" + bytes(range(256)) * 20),
    ("damaged", "a.xls", lambda: worker.OLE_MAGIC + bytes(range(256)) * 20),
    ("damaged", "a.xlsx", lambda: b"\x00\x01\x02" * 900),
    ("other_format", "a.xlsx", other_package),
    ("password", "a.xlsx", encrypted_package),
    ("password", "a.xlsx", encrypted_workbook),
    ("web_page", "a.xls", lambda: b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>"),
    ("web_page", "a.csv", lambda: b"<?xml version='1.0'?><a/>"),
    ("text_named_workbook", "a.xlsx", lambda: (HEADER + "张三,13800000000,市税务局\n").encode()),
    ("not_text", "a.csv", lambda: bytes(range(256)) * 4),
    ("not_text", "a.csv", lambda: "姓名".encode() + b"\xff\xff\xff"),
    ("not_a_table", "a.csv", lambda: b'"' + b"x" * 200_000),
    ("too_many_rows", "a.csv", lambda: b"1\n" * 60_100),
    ("too_big", "a.csv", lambda: b"1" + b"," * 100_000 + b"1"),
    ("file_too_big", "a.csv", lambda: b"1" * (20 * MB + 1)),
]


def name_of(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("code", "name", "content"), REFUSED, ids=name_of)
def test_a_file_that_cannot_be_used_gets_one_message_soon(
    tmp_path: Path, code: str, name: str, content: Callable[[], bytes]
):
    path = written(tmp_path, name, content())
    begun = time.monotonic()
    error = refusal(path)
    assert error.code == code
    assert str(error).endswith("。") and "请" in str(error), "what happened, and what to do"
    assert time.monotonic() - begun < 5


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path):
    assert refusal(tmp_path / "a.xlsx").code == "missing"
    assert refusal(tmp_path).code == "missing"


def test_the_far_cell_is_named(tmp_path: Path):
    assert "XFD1048576" in str(refusal(written(tmp_path, "a.xlsx", far_cell("XFD1048576"))))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("x = bytearray(10**9)", "too_big"),
        ("import os; os.abort()", "too_big"),
        ("while True: pass", "too_slow"),
        ("import sys; sys.exit(3)", "damaged"),
    ],
)
def test_a_parser_that_dies_or_hangs_takes_nobody_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: str
):
    """The real limits, around a parser that misbehaves."""
    honest = Path(worker.__file__).read_text()
    sabotaged = honest.replace("CPU_SECONDS = 4", "CPU_SECONDS = 1").replace(
        "    main(sys.argv[1], sys.argv[2])", f"    {script}\n    main(sys.argv[1], sys.argv[2])"
    )
    if "bytearray" in script:  # as the worker does for memory that Python itself cannot get
        sabotaged = sabotaged.replace(f"    {script}\n", "")
        sabotaged = sabotaged.replace('"sheets": read(path, name)', f'"sheets": {script[4:]}')
    monkeypatch.setattr(reading, "WORKER", written(tmp_path, "worker.py", sabotaged.encode()))
    assert refusal(save_workbook(tmp_path / "a.xlsx", {"名册": [["x"]]})).code == code


def test_the_parser_gets_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "for nobody's eyes")
    spy = b"import json, os\nprint(json.dumps({'sheets': [{'name': ' '.join(os.environ), 'rows': []}]}))"
    monkeypatch.setattr(reading, "WORKER", written(tmp_path, "worker.py", spy))
    path = written(tmp_path, "a.csv", b"x")
    assert "SECRET_KEY" not in read_workbook(path).sheets[0].name


PEAK = (
    "import resource, subprocess, sys;"
    "subprocess.run([sys.executable, '-I', *sys.argv[1:]], stdout=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


@pytest.mark.parametrize("content", [shared_string_bomb, lambda: far_cell("XFD1048576"), huge_part])
def test_hostile_files_stay_within_the_memory_that_is_promised(tmp_path: Path, content: Callable[[], bytes]):
    path = written(tmp_path, "a.xlsx", content())
    command = [sys.executable, "-c", PEAK, str(reading.WORKER), str(path), path.name]
    peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert 5_000 < int(peak) < 300_000, "kilobytes"


# --- The table in a workbook ---

COLUMNS = {"姓名": "姓名", "名字": "姓名", "单位": "单位"}


def table_in(*rows: list[reading.Cell]) -> reading.Table:
    workbook = reading.Workbook([reading.Sheet("名册", list(rows))])
    return find_table(workbook, lambda text: COLUMNS.get(text.strip()), ["姓名", "单位"])


def test_the_header_may_stand_below_a_title():
    table = table_in(["某局名册"], [], ["单位", "序号", "姓名"], ["甲", 1.0, "张三"], ["乙"])
    assert list(table.records()) == [(4, {"单位": "甲", "姓名": "张三"}), (5, {"单位": "乙", "姓名": None})]
    assert table.unknown == ["序号"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["张三", "甲"]], "no_header"),
        ([[None]] * 10 + [["姓名", "单位"], ["张三", "甲"]], "no_header"),
        ([["姓名", "名字", "单位"], ["张三", "李四", "甲"]], "column_repeated"),
        ([["姓名", "单位"], [None], []], "no_rows"),
    ],
)
def test_a_sheet_without_a_usable_table_is_refused(rows: list[list[reading.Cell]], code: str):
    with pytest.raises(Unreadable) as caught:
        table_in(*rows)
    assert caught.value.code == code


def test_a_missing_column_is_named():
    workbook = reading.Workbook([reading.Sheet("名册", [["姓名", "单位"]])])
    with pytest.raises(Unreadable, match="手机号") as caught:
        find_table(workbook, lambda text: text, ["姓名", "单位", "手机号"])
    assert caught.value.code == "column_missing"


# --- Leaving again ---


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "plain", "'quoted", ""])
def test_no_text_leaves_as_a_formula_and_all_come_back(text: str):
    assert not defused(text).startswith(("=", "+", "-", "@", "\t"))
    assert undefused(defused(text)) == text
