"""Zip packages: damaged, nested, lying, and what passes itself off as one."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterator, Mapping

from xianfeng.lib.tests.workbooks import PARTS, raw_workbook, text_cell

ROW = text_cell("A1", "姓名") + text_cell("B1", "手机号") + text_cell("C1", "单位")
PERSON = text_cell("A2", "张三") + text_cell("B2", "13800000099") + text_cell("C2", "查无此单位")
ROWS = f'<row r="1">{ROW}</row><row r="2">{PERSON}</row>'
PLAIN = raw_workbook(ROWS)

Files = Iterator[tuple[str, bytes]]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return buffer.getvalue()


def damaged() -> Files:
    for share in range(1, 10):
        yield f"cut after {share} tenths.xlsx", PLAIN[: len(PLAIN) * share // 10]
    for seed in range(12):
        chance, data = random.Random(seed), bytearray(PLAIN)
        for _ in range(6):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        yield f"bits flipped {seed}.xlsx", bytes(data)
    for size in (1, 4, 30, 22):
        yield f"head of {size}.xlsx", b"PK\x03\x04\x14\0\0\0\x08\0"[:size] + b"\0" * (size - 10)
    yield "zeros inside.xlsx", PLAIN[:200] + b"\0" * 400 + PLAIN[600:]
    yield "doubled.xlsx", PLAIN + PLAIN
    yield "end only.xlsx", b"PK\x05\x06" + b"\0" * 18
    yield (
        "end lies about entries.xlsx",
        b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 65535, 65535, 2**31, 0, 0),
    )


def nested() -> Files:
    inner = zipped({"a": b"\0" * 2**22})
    for depth in range(3):
        inner = zipped({f"{depth}{at}.zip": inner for at in range(8)})
    yield "zip in zip.xlsx", inner
    yield "workbook in workbook.xlsx", raw_workbook(ROWS, parts={"xl/embeddings/a.xlsx": PLAIN})
    yield "one part of 200 MB.xlsx", raw_workbook("", parts={"xl/media/a.bin": b"\0" * 200 * 2**20})
    yield "sheet of spaces.xlsx", raw_workbook(ROWS + " " * 40 * 2**20)
    yield (
        "thousands of parts.xlsx",
        raw_workbook(ROWS, parts={f"xl/x{at}.xml": "<a/>" for at in range(3_000)}),
    )


def lying() -> Files:
    yield "encrypted flag.xlsx", flagged(PLAIN)
    yield "sizes lie.xlsx", PLAIN.replace(struct.pack("<L", len(sheet())), struct.pack("<L", 7))
    yield "names climb.xlsx", raw_workbook(ROWS, parts={"../../../../etc/cron.d/x": "x", "/etc/passwd": "x"})
    yield "backslashes.xlsx", raw_workbook(ROWS, parts={"xl\\workbook.xml": PARTS["xl/workbook.xml"]})
    yield "names differ by case.xlsx", raw_workbook(ROWS, parts={"XL/WORKBOOK.XML": "<workbook/>"})
    yield "without a workbook.xlsx", zipped({"readme.txt": "x"})
    yield "without a sheet.xlsx", zipped(PARTS)
    yield "without types.xlsx", zipped({name: part for name, part in PARTS.items() if "Types" not in name})
    yield "empty parts.xlsx", zipped(dict.fromkeys(PARTS, ""))
    yield "comment of 60 KB.xlsx", PLAIN[:-2] + struct.pack("<H", 60_000) + b"x" * 60_000
    for target in (
        "../../../../../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "workbook.xml",
        "",
    ):
        parts = PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", target)
        yield (
            f"sheet is at {target.replace('/', '_')}.xlsx",
            raw_workbook("", parts={"xl/_rels/workbook.xml.rels": parts}),
        )
    yield "a thousand sheets.xlsx", many_sheets(1_000)


def sheet() -> bytes:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as package:
        return package.read("xl/worksheets/sheet1.xml")


def flagged(data: bytes) -> bytes:
    """Every part says that it is encrypted."""
    local = data.replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\x01\0")
    return local.replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0")


def many_sheets(count: int) -> bytes:
    names = "".join(f'<sheet name="S{at}" sheetId="{at + 1}" r:id="rId1"/>' for at in range(count))
    workbook = PARTS["xl/workbook.xml"]
    one = '<sheet name="名册" sheetId="1" r:id="rId1"/>'
    return raw_workbook(ROWS, parts={"xl/workbook.xml": workbook.replace(one, names)})


def other_formats() -> Files:
    yield "gzip.xlsx", gzip.compress(PLAIN)
    yield "bz2.xlsx", bz2.compress(PLAIN)
    yield "xz.csv", lzma.compress(b"a,b\n" * 1_000)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../etc/x"))
    yield "tar.csv", buffer.getvalue()
    heads = {
        "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
        "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "exe": b"MZ\x90\0" + b"\0" * 200,
        "elf": b"\x7fELF" + b"\1" * 90, "7z": b"7z\xbc\xaf'\x1c" + b"\0" * 60,
        "rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 60, "pickle": b"\x80\x04\x95cos\nsystem\n(S'id'\ntR.",
        "sqlite": b"SQLite format 3\0" + b"\0" * 100,
    }  # fmt: skip
    for kind, head in heads.items():
        yield f"{kind}.xls", head
        yield f"{kind}.csv", head
    for size in (8, 512, 5_000):
        yield (
            f"ole of {size}.xls",
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(size).randbytes(size)),
        )
    yield "ole encrypted.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") * 9
    yield "pdf and zip.xlsx", heads["pdf"] + PLAIN
    yield "zip and page.xlsx", PLAIN + b"<html><script>alert(1)</script></html>"


def files() -> Files:
    for family in (damaged, nested, lying, other_formats):
        yield from family()
