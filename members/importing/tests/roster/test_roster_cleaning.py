"""What clerks type, and what the roster stores."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import cleaning
from members.importing.roster.columns import MOBILE, NAME, UNIT, canonical, is_no_row
from xianfeng.lib.mobile import is_mobile
from xianfeng.lib.pinyin import in_pinyin
from xianfeng.lib.spreadsheet.reading import Cell


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        (" 张\u3000三 ", "张三"),
        ("张\u200b三\ufeff", "张三"),
        ("𠮷野", "𠮷野"),
        ("〇一", "〇一"),
        ("买买提·艾力", "买买提·艾力"),
        ("买买提 • 艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提˙艾力", "买买提·艾力"),
        ("Ａbdul   Rahman", "Abdul Rahman"),
        ("O'Neil", "O'Neil"),
        (None, ""),
        ("\u3000", ""),
        ("张", None),
        ("张三1", None),
        ("张三（女）", None),
        ("张\nBcc: a@b.c", None),
        ("=CMD()", None),
        ("张\ue000", None),
        (12.0, None),
        ("<b>张三</b>", None),
    ],
)
def test_names(cell: Cell, name: str | None):
    assert cleaning.clean_name(cell) == name


@pytest.mark.parametrize(
    "cell",
    [
        "13800000000",
        13800000000.0,
        "13800000000.0",
        " 138 0000 0000 ",
        "138-0000-0000",
        "138－0000—0000",
        "+86 13800000000",
        "+8613800000000",
        "＋86-138-0000-0000",
        "8613800000000",
        "008613800000000",
        "(+86)13800000000",
        "１３８００００００００",
        "\u200b13800000000\u3000",
        "\u202d13800000000\u202c",
        "'13800000000",
        "'+8613800000000",
    ],
)
def test_the_many_ways_to_write_a_mobile(cell: Cell):
    assert cleaning.clean_mobile(cell) == "13800000000"


@pytest.mark.parametrize(
    "cell",
    [
        "1380000000",
        "138000000000",
        "12800000000",
        "0575-87012345",
        "1.38001E+10",
        "1.3800000000E+10",
        "13800000000/13900000000",
        13800000000.5,
        float("nan"),
        float("inf"),
        True,
        "٠١٢٣٤٥٦٧٨٩٠",
        "=1+1",
    ],
)
def test_what_is_no_mobile(cell: Cell):
    assert cleaning.clean_mobile(cell) is None


@pytest.mark.parametrize("cell", [None, "", "\u3000", "\u200b"])
def test_no_mobile_at_all(cell: Cell):
    assert cleaning.clean_mobile(cell) == ""


@given(st.text() | st.floats() | st.booleans() | st.none() | st.dates())
def test_cleaning_never_fails_and_is_done_once(cell: Cell):
    name, mobile = cleaning.clean_name(cell), cleaning.clean_mobile(cell)
    assert name in (None, "") or cleaning.clean_name(name) == name
    assert mobile in (None, "") or is_mobile(mobile)
    assert cleaning.clean_list(cleaning.clean_list(cell)) == cleaning.clean_list(cell)
    assert cleaning.clean_boolean(cell) in (True, False, None)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from("-\u3000 \u200b\u00a0－"), st.data())
def test_spaces_and_dashes_anywhere_do_not_matter(mobile: str, mark: str, data: st.DataObject):
    at = data.draw(st.integers(0, 11))
    assert cleaning.clean_mobile(mobile[:at] + mark + mobile[at:]) == mobile


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((cell, True) for cell in ("是", "√", "1", 1.0, "Y", "ｙ", True)),
        *((cell, False) for cell in ("否", "0", 0.0, "N", "", None, " ", False)),
        *((cell, None) for cell in ("也许", "2", "是否")),
    ],
)
def test_yes_and_no(cell: Cell, value: bool | None):
    assert cleaning.clean_boolean(cell) is value


def test_lists_are_stored_between_separators_so_that_whole_words_are_found():
    assert cleaning.clean_list("驾驶,书法，理发；书法") == "、驾驶、书法、理发、"
    assert cleaning.clean_list(" 、 ") == ""


def test_free_text_keeps_its_signs_and_loses_what_prints_nothing():
    assert cleaning.clean_text(" 主任\n（兼）\u200b ") == "主任 （兼）"
    assert cleaning.clean_text(dt.date(2026, 3, 5)) == "2026-03-05"
    assert cleaning.clean_text("'=1+1") == "=1+1"


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("党员姓名", NAME),
        ("姓 名", NAME),
        ("*手机号（必填）", MOBILE),
        ("联系方式", MOBILE),
        ("手机号码：", MOBILE),
        ("所在单位", UNIT),
        ("序号", None),
        ("(" * 30_000, None),
    ],
)
def test_headers_and_their_synonyms(header: str, column: str | None):
    assert canonical(header) == column


@pytest.mark.parametrize(
    ("name", "mobile", "is_row"),
    [
        ("张三", "13800000000", True),
        ("张三", None, True),
        (None, "13800000000", True),
        (None, None, False),
        ("审核人：", None, False),
        ("填表人: 李四", None, False),
        ("合计", None, False),
        ("姓名", "联系电话", False),
        ("合计", "13800000000", True),
    ],
)
def test_what_counts_as_a_row(name: str | None, mobile: str | None, is_row: bool):
    assert is_no_row({NAME: name, MOBILE: mobile}) is not is_row


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("单小平", "shanxiaoping", "sxp"),
        ("仇英", "qiuying", "qy"),
        ("曾国藩", "zengguofan", "zgf"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("李重阳", "lizhongyang", "lzy"),
        ("买买提·艾力", "maimaitiaili", "mmtal"),
        ("Abdul Rahman", "abdulrahman", "abdulrahman"),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name: str, pinyin: str, initials: str):
    assert in_pinyin(name) == (pinyin, initials)


def test_pinyin_fits_its_columns_whatever_the_name():
    pinyin, initials = in_pinyin("双" * 60)
    assert (len(pinyin), len(initials)) == (160, 20)
