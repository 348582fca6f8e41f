"""Workbooks as clerks send them: each with its exact outcome, in the preview and after the import."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from members.importing import batches
from members.importing.plan import Decisions
from members.importing.roster import plan_roster
from members.importing.roster.columns import MOBILE, NAME, UNIT
from members.models import ImportBatch, Member
from xianfeng.lib import queue
from xianfeng.testing.cast import Cast, make_organization

HEAD = (NAME, MOBILE, UNIT)
ZHOU, WU, ZHENG = (
    ("周明", "13900000001", "市教育局"),
    ("吴明", "13900000002", "市教育局"),
    (
        "郑明",
        "13900000003",
        "市税务局",
    ),
)
Sheets = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Case:
    """`outcomes` by sheet and row: what becomes of it, or the error; `stored` by mobile: name and unit."""

    name: str
    sheets: Sheets
    outcomes: dict[tuple[str, int], str]
    stored: dict[str, tuple[str, str]]
    cleaned: dict[tuple[str, int], list[tuple[str, str, str]]] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    shape: Callable[[Workbook], None] = lambda book: None
    told: dict[str, dict[str, Any]] = field(default_factory=dict)


def hide_row(book: Workbook) -> None:
    book["名册"].row_dimensions[3].hidden = True


def hide_column(book: Workbook) -> None:
    book["名册"].column_dimensions["D"].hidden = True


def hide_sheet(book: Workbook) -> None:
    book["旧表"].sheet_state = "hidden"


def one(name: str, *row: Any, taken: tuple[str, str, str], sent: tuple[str, str, str], **more: Any) -> Case:
    """A single row whose one cell is cleaned: `taken` is who is stored, `sent` column, cell and meaning."""
    return Case(
        name,
        {"名册": [more.pop("head", HEAD), row]},
        {("名册", 2): "new"},
        {taken[1]: (taken[0], taken[2])},
        {("名册", 2): [sent]},
        **more,
    )


BOTH = {("名册", 2): "new", ("名册", 3): "new"}
STORED = {ZHOU[1]: (ZHOU[0], ZHOU[2]), WU[1]: (WU[0], WU[2])}
BLANK = [HEAD, ZHOU, ("吴明", "13900000002", None), ZHENG, ("王明", "13900000004", None)]
ALL_FOUR = {("名册", at): "new" for at in range(2, 6)}
FOUR = {**STORED, ZHENG[1]: ("郑明", "市税务局"), "13900000004": ("王明", "市税务局")}
FILLED = {("名册", 3): [(UNIT, "", "市教育局")], ("名册", 5): [(UNIT, "", "市税务局")]}

CASES = [
    Case(
        "two sheets with a header are read",
        {"机关": [HEAD, ZHOU], "国企": [("标题",), HEAD, ZHENG]},
        {("机关", 2): "new", ("国企", 3): "new"},
        {ZHOU[1]: ("周明", "市教育局"), ZHENG[1]: ("郑明", "市税务局")},
    ),
    Case(
        "one of two sheets is left out",
        {"机关": [HEAD, ZHOU], "去年": [HEAD, ZHENG]},
        {("机关", 2): "new"},
        {ZHOU[1]: ("周明", "市教育局")},
        decisions={"sheet:去年": "skip"},
        told={"去年": {"is_read": False}},
    ),
    Case(
        "the same person on two sheets counts once",
        {"机关": [HEAD, ZHOU], "党办": [HEAD, ZHOU]},
        {("机关", 2): "new", ("党办", 2): "mobile_duplicate_in_file"},
        {ZHOU[1]: ("周明", "市教育局")},
    ),
    Case(
        "a sheet that lacks a column is named",
        {"名册": [HEAD, ZHOU], "缺列": [(NAME, UNIT), ("郑明", "市税务局")]},
        {("名册", 2): "new"},
        {ZHOU[1]: ("周明", "市教育局")},
        told={"缺列": {"is_read": False, "why_not": "表头（第 1 行）缺少必填的列：手机号。请补上后再上传。"}},
    ),
    Case(
        "a sheet of notes beside it is no roster",
        {"说明": [("请填第二个工作表",)], "名册": [HEAD, ZHOU]},
        {("名册", 2): "new"},
        {ZHOU[1]: ("周明", "市教育局")},
        told={"说明": {"is_roster": False, "why_not": ""}},
    ),
    Case(
        "a hidden sheet is named and not read",
        {"名册": [HEAD, ZHOU], "旧表": [HEAD, ZHENG]},
        {("名册", 2): "new"},
        {ZHOU[1]: ("周明", "市教育局")},
        shape=hide_sheet,
        told={"旧表": {"is_hidden": True}},
    ),
    Case(
        "a hidden row is read and named",
        {"名册": [HEAD, ZHOU, WU]},
        BOTH,
        STORED,
        shape=hide_row,
        told={"名册": {"hidden_rows": [3]}},
    ),
    Case(
        "a hidden column is named",
        {"名册": [(*HEAD, "备注"), (*ZHOU, "骨干"), WU]},
        BOTH,
        STORED,
        shape=hide_column,
        told={"名册": {"hidden_columns": ["D"]}},
    ),
    Case(
        "单位名称 is the unit",
        {"名册": [(NAME, MOBILE, "单位名称"), ZHOU, WU]},
        BOTH,
        STORED,
    ),
    one(
        "工作单位及职务 is split where the unit is known",
        "周明", "13900000001", "市教育局办公室主任",
        head=(NAME, MOBILE, "工作单位及职务"),
        taken=ZHOU,
        sent=(UNIT, "市教育局办公室主任", "市教育局 办公室主任"),
    ),
    Case(
        "工作单位及职务 of an unknown unit is an error",
        {"名册": [(NAME, MOBILE, "工作单位及职务"), ("周明", "13900000001", "云外公司经理")]},
        {("名册", 2): "unit_unknown"},
        {},
    ),
    Case(
        "of several columns for the number the first mobile counts",
        {"名册": [(NAME, "联系电话", "手机", UNIT), ("周明", "0575-87010000", "13900000001", "市教育局")]},
        {("名册", 2): "new"},
        {ZHOU[1]: ("周明", "市教育局")},
        {("名册", 2): [(MOBILE, "0575-87010000、13900000001", "13900000001")]},
    ),
    Case(
        "several columns, each with a mobile: the first",
        {"名册": [(NAME, "联系电话", "手机", UNIT), ("周明", 13900000001, "13900000009", "市教育局")]},
        {("名册", 2): "new"},
        {ZHOU[1]: ("周明", "市教育局")},
        {("名册", 2): [(MOBILE, "13900000001、13900000009", "13900000001")]},
    ),
    Case(
        "totals are no rows",
        {"名册": [("序号", *HEAD), (1, *ZHOU), ("小计", None, 1, None), (2, *WU), ("合 计", "2人", 2, None)]},
        {("名册", 2): "new", ("名册", 4): "new"},
        STORED,
    ),
    Case(
        "a unit that is blank below the first counts for its rows",
        {"名册": BLANK}, ALL_FOUR, FOUR, FILLED, decisions={"fill:名册": "above"},
    ),
    Case(
        "blank units that do not count are errors",
        {"名册": BLANK},
        {**ALL_FOUR, ("名册", 3): "unit_missing", ("名册", 5): "unit_missing"},
        {mobile: FOUR[mobile] for mobile in (ZHOU[1], ZHENG[1])},
        decisions={"fill:名册": "leave"},
    ),
    one("张三(女)", "周明（女）", *ZHOU[1:], taken=ZHOU, sent=(NAME, "周明（女）", "周明")),
    one("李四(挂职)", "周明 (挂职)", *ZHOU[1:], taken=ZHOU, sent=(NAME, "周明 (挂职)", "周明")),
    one(
        "a number as a formula's text",
        "周明", '="13900000001"', "市教育局",
        taken=ZHOU, sent=(MOBILE, '="13900000001"', "13900000001"),
    ),
    one(
        "(微信同号)", "周明", "139 0000 0001(微信同号)", "市教育局",
        taken=ZHOU, sent=(MOBILE, "139 0000 0001(微信同号)", "13900000001"),
    ),
    one(
        "手机: and dots", "周明", "手机：139.0000.0001", "市教育局",
        taken=ZHOU, sent=(MOBILE, "手机：139.0000.0001", "13900000001"),
    ),
    one(
        "a landline before the mobile", "周明", "0575-87010000/13900000001", "市教育局",
        taken=ZHOU, sent=(MOBILE, "0575-87010000/13900000001", "13900000001"),
    ),
    one(
        "two mobiles in a cell", "周明", "13900000001、13900000009", "市教育局",
        taken=ZHOU, sent=(MOBILE, "13900000001、13900000009", "13900000001"),
    ),
    one(
        "a short name of a unit, accepted", "周明", "13900000001", "发改局",
        taken=("周明", "13900000001", "市发展和改革委员会"),
        sent=(UNIT, "发改局", "市发展和改革委员会"),
        decisions={"name:单位=发改局": "市发展和改革委员会"},
    ),
    Case(
        "a short name of a unit, left alone",
        {"名册": [HEAD, ("周明", "13900000001", "发改局"), WU]},
        {("名册", 2): "unit_unknown", ("名册", 3): "new"},
        {WU[1]: ("吴明", "市教育局")},
    ),
    Case(
        "an ID number in its own column is ignored with it, in a text it is refused",
        {
            "名册": [
                (*HEAD, "身份证号", "备注"),
                (*ZHOU, "330681195503051234", None),
                (*WU, None, "身份证330681195503051234"),
            ]
        },
        {("名册", 2): "new", ("名册", 3): "id_number_in_text"},
        {ZHOU[1]: ("周明", "市教育局")},
    ),
    Case(
        "what has lost its digits is not guessed",
        {"名册": [HEAD, ("周明", "1.39E+10", "市教育局"), ("吴明", "1390000000a2", "市教育局")]},
        {("名册", 2): "mobile_invalid", ("名册", 3): "mobile_invalid"},
        {},
    ),
]  # fmt: skip


@pytest.fixture
def city(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(queue, "hand_out", lambda *job: None)
    make_organization("TU7", "unit", "市发展和改革委员会", cast.city)
    return cast


def saved(case: Case, path: Path) -> Path:
    book = Workbook()
    del book["Sheet"]
    for name, rows in case.sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            cell.data_type = "s"
    case.shape(book)
    book.save(path)
    return path


def previewed(case: Case, path: Path, cast: Cast) -> ImportBatch:
    file = SimpleUploadedFile("名册.xlsx", path.read_bytes())
    batch = batches.upload("roster", file, by=cast.city_officer)
    batches.check(batch.pk)
    for question, answer in case.decisions.items():
        batch.refresh_from_db()
        batches.decide(batch, {question: answer}, by=cast.city_officer)
        batches.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_workbook_gives_its_outcome_in_preview_and_import_alike(case: Case, city: Cast, tmp_path: Path):
    path = saved(case, tmp_path / "a.xlsx")
    batch = previewed(case, path, city)
    rows = list(batch.rows.order_by("pk"))
    assert {
        (row.sheet, row.row): row.errors[0]["code"] if row.errors else row.outcome for row in rows
    } == case.outcomes
    assert {
        (row.sheet, row.row): [(one["column"], one["sent"], one["taken"]) for one in row.cleaned]
        for row in rows
        if row.cleaned
    } == case.cleaned
    sheets = {sheet["name"]: sheet for sheet in batch.counts["sheets"]}
    assert set(sheets) == set(case.sheets), "every sheet is named"
    for name, facts in case.told.items():
        assert facts.items() <= sheets[name].items()

    plan = plan_roster(path, city.city, decisions=Decisions(batch.decisions))
    assert [(row.sheet, row.row, row.outcome) for row in plan.rows] == [
        (row.sheet, row.row, row.outcome) for row in rows
    ]
    if case.stored:
        batches.confirm(batch, by=city.city_officer)
        batches.write(batch.pk)
    members = Member.objects.filter(batch=batch).values_list("mobile", "name", "unit__name")
    assert {mobile: (name, unit) for mobile, name, unit in members} == case.stored
    assert [(row.sheet, row.row, row.outcome) for row in batch.rows.order_by("pk")] == [
        (row.sheet, row.row, row.outcome) for row in rows
    ]


def test_there_are_enough_of_them():
    assert len({case.name for case in CASES}) == len(CASES) >= 25
