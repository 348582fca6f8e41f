"""No cell holds a number to reach a person by, and none is anything but a value."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flags import ledger
from flags.ledger import Award
from members.models import Member
from reports.exports.masking import SUSPECT, safe
from reports.exports.tests.desk import column, content, csv_table, ordered, table
from reports.exports.writing import Heading, write_csv, write_workbook
from xianfeng.lib import personal_data
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

MOBILE = re.compile(r"1[3-9]\d{9}")
BOMBS = ["=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1", '=HYPERLINK("http://x.test")']


def parts(file: bytes) -> dict[str, str]:
    """Every part of a workbook as text."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_no_full_mobile_stands_anywhere_in_the_file(cast: Cast, format: str):
    Member.objects.filter(pk=cast.li.pk).update(
        name="李建国13800000001",
        position="电话138 0000 0001",
        note="+8613800000001，或 8613800000001",
        skills="、138-0000-0001、",
        intentions="一三八零零零零零零零一",
    )
    file = ordered(cast.city_officer, "members", columns=["*"], format=format)
    text = content(file).decode() if format == "csv" else "\n".join(parts(content(file)).values())
    digits = re.sub(r"[\s-]", "", text)
    assert "138****0001" in text
    assert not [
        found for member in Member.objects.all() if member.mobile in digits for found in [member.name]
    ]
    assert "一三八零零零零零零零一" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800000001", "138****0001"),
        ("找 １３８００００００ ０１", "找 138****0001"),
        ("编号 1380000000", "编号 1380000000"),
        ("8613800000001", "861******0001"),
        ("李四 13800000001、13900000002", "李四 138****0001、139****0002"),
        ("li@example.cn", "***"),
        ("138\u200b0000\u200b0001", "138****0001"),
        ("微信：lihua88", "***"),
        ("住 3 幢 2 单元 501", "住 ***"),
        ("市教育局", "市教育局"),
        ("2026 年 5 面", "2026 年 5 面"),
    ],
)
def test_a_text_keeps_everything_but_the_contact(text: str, shown: str):
    assert safe(text) == shown


@settings(max_examples=500, deadline=None)
@given(
    st.text(
        st.sampled_from("0１3458９零一二八九十@＠.．-— 　xlo\u200b①幢栋号楼座弄#单元室李电 话cn"), max_size=30
    )
    | st.lists(
        st.sampled_from(["微信", "：", "vx", "ＱＱ", "abc_", "1234", "(at)", ".cn", "号", " "]), max_size=9
    ).map("".join)
)
def test_the_quick_look_overlooks_nothing(text: str):
    if personal_data.find(text):
        assert SUSPECT.search(text)


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_no_cell_is_a_formula_or_a_link(cast: Cast, bomb: str, format: str):
    Member.objects.filter(pk=cast.li.pk).update(name=bomb, note=bomb, skills=bomb, position=bomb)
    file = ordered(cast.city_officer, "members", columns=["*"], format=format)
    if format == "xlsx":
        sheets = [text for name, text in parts(content(file)).items() if name.startswith("xl/worksheets")]
        assert sheets and not [text for text in sheets if re.search("<f[ >]|<hyperlink", text)]
        cells = [cell for row in table(file) for cell in row]
    else:
        cells = [cell for row in csv_table(file) for cell in row]
    assert not [
        cell for cell in cells if isinstance(cell, str) and cell.startswith(("=", "+", "@", "\t", "-"))
    ]
    assert f"'{bomb}".strip() in [str(cell).strip() for cell in cells]


def test_a_negative_number_stays_a_number(cast: Cast):
    award = Award(
        member=cast.li,
        flags=1,
        minutes=60,
        service_date=today().replace(month=1, day=5),
        category="activity",
        organization=cast.community,
        source_kind="claim",
        source_id=1,
        source_label="清洁家园",
        verifier=cast.secretary,
        key="claim:1",
    )
    line = ledger.award([award], by=cast.secretary)[0]
    ledger.reverse(line, reason="登记错人", by=cast.secretary)
    assert column(ordered(cast.city_officer, "ledger"), "红旗") == [-1, 1]
    assert csv_table(ordered(cast.city_officer, "ledger", format="csv", key="2"))[1][3] == "-1"


def test_csv_opens_in_excel_as_it_is_meant(cast: Cast):
    file = ordered(cast.city_officer, "members", "q=李", format="csv")
    assert content(file).startswith("\ufeff姓名,单位".encode())
    assert csv_table(file)[1] == [
        "李建国",
        "市教育局",
        "青锋社区",
        "青锋花苑",
        "138****0001",
        "0",
        "已报到",
        "2025-01-10 08:00",
    ]


def test_the_second_sheet_says_where_the_file_comes_from(cast: Cast):
    file = ordered(cast.secretary, "members", "q=李")
    text = "\n".join(parts(content(file)).values())
    for word in ("陈书记", "青锋社区", "查找：李", "党员名单"):
        assert word in text


def test_a_text_too_long_for_a_cell_is_cut(tmp_path: Path):
    with (tmp_path / "long.xlsx").open("wb+") as file:
        assert write_workbook(file, [Heading("文", 9)], [["长" * 40_000]], []) == 1
        file.seek(0)
        assert "长" * 32_767 in parts(file.read())["xl/worksheets/sheet1.xml"]


def test_no_rows_give_a_header_alone():
    file = io.BytesIO()
    assert write_csv(file, [Heading("姓名", 9)], [], []) == 0
    assert file.getvalue().decode("utf-8-sig") == "姓名\r\n"
