"""What a roster file would do, row by row."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.importing.organizations import apply_organizations, plan_organizations
from members.importing.plan import Plan
from members.importing.roster import apply_roster, plan_roster
from members.importing.roster.columns import (
    COMMUNITY,
    ENTRY,
    ESTATE,
    HEADERS,
    INTENTIONS,
    LEADER,
    MOBILE,
    NAME,
    NOTE,
    POSITION,
    SKILLS,
    UNIT,
)
from members.models import Member, Organization
from xianfeng.lib.spreadsheet.reading import Unreadable
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_organization

from .rosters import MALFORMED, MESSY, MESSY_ANSWER, MODEL_CITY, ZHOU, save_roster

IMPORTED = {"roster_on_second_sheet.xlsx": 1, "gbk.csv": 5, "bom_utf8.csv": 5, "lying_dimension.xlsx": 300}
ROW_ERRORS = {
    "long_cell.xlsx": ["name_invalid"],
    "injection.xlsx": ["name_invalid"],
    "formulas.xlsx": ["name_invalid", "mobile_invalid", "unit_unknown"],
}


@pytest.fixture
def model_city(db: None) -> None:
    apply_organizations(plan_organizations(MODEL_CITY / "organizations.csv"), by=None)


def plan_of(tmp_path: Path, *rows: dict[str, Any], scope: Organization | None = None, **options: Any) -> Plan:
    return plan_roster(save_roster(tmp_path / "roster.xlsx", *rows, **options), scope)


def error_of(plan: Plan) -> tuple[str, str]:
    (error,) = plan.errors()
    return error["column"], error["code"]


# --- The files of the contract ---


@pytest.mark.usefixtures("model_city")
def test_a_messy_roster_gives_exactly_the_answer_that_was_worked_out_by_hand():
    answer = plan_roster(MESSY).as_dict()
    answer["errors"] = [{key: error[key] for key in ("row", "column", "code")} for error in answer["errors"]]
    assert answer == json.loads(MESSY_ANSWER.read_text())


@pytest.mark.usefixtures("model_city")
@pytest.mark.parametrize("path", sorted(MALFORMED.iterdir()), ids=lambda path: path.name)
def test_files_that_are_no_rosters_give_one_message_and_the_others_are_read(path: Path):
    try:
        plan = plan_roster(path)
    except Unreadable as error:
        assert path.name not in {**IMPORTED, **ROW_ERRORS}
        assert "请" in str(error)
    else:
        assert plan.counts["new"] == IMPORTED.get(path.name, 0)
        assert [error["code"] for error in plan.errors()] == ROW_ERRORS.get(path.name, [])
        assert path.name in {**IMPORTED, **ROW_ERRORS}


@pytest.mark.usefixtures("model_city")
def test_the_whole_city_in_few_queries_and_again_without_a_change():
    with CaptureQueriesContext(
        connection,
    ) as planning:
        plan = plan_roster(MODEL_CITY / "roster.xlsx")
    assert plan.counts == {"new": 11_000, "changed": 0, "unchanged": 0, "rejected": 0}
    with CaptureQueriesContext(connection) as applying:
        apply_roster(plan, None)
    assert Member.objects.count() == 11_000
    assert len(planning) + len(applying) < 450
    again = plan_roster(MODEL_CITY / "roster.xlsx")
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 11_000, "rejected": 0}


# --- New, changed, unchanged ---


def test_a_new_row_is_stored_clean_and_in_full(tmp_path: Path, cast: Cast):
    row = {
        **ZHOU,
        NAME: " 周\u3000明",
        MOBILE: "+86 139-0000-0001",
        LEADER: "√",
        INTENTIONS: "红管家",
        NOTE: "新 进",
    }
    apply_roster(plan_of(tmp_path, row), None)
    zhou = Member.objects.get(mobile="13900000001")
    assert (zhou.name, zhou.pinyin, zhou.initials, zhou.is_leader) == ("周明", "zhouming", "zm", True)
    assert (zhou.unit, zhou.community, zhou.estate) == (cast.unit, cast.community, cast.estate)
    assert (zhou.skills, zhou.intentions, zhou.note) == ("、理发、财务、", "、红管家、", "新 进")
    assert zhou.state == Member.State.LISTED and zhou.user is None


def test_the_same_file_again_changes_nothing(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, ZHOU), None)
    assert plan_of(tmp_path, ZHOU).counts == {"new": 0, "changed": 0, "unchanged": 1, "rejected": 0}


def test_a_changed_row_names_the_fields_that_differ_and_only_they_are_written(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, ZHOU), None)
    Member.objects.filter(mobile="13900000001").update(free_times="周末")
    plan = plan_of(tmp_path, {**ZHOU, POSITION: "科长", UNIT: "市税务局"})
    assert plan.rows[0].changes == {
        "unit_id": [cast.unit.pk, cast.other_unit.pk],
        "position": ["科员", "科长"],
    }
    apply_roster(plan, None)
    zhou = Member.objects.get(mobile="13900000001")
    assert (zhou.unit, zhou.position, zhou.free_times) == (cast.other_unit, "科长", "周末")


def test_columns_the_file_lacks_are_left_alone(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, ZHOU), None)
    plan = plan_of(tmp_path, ZHOU, columns=(MOBILE, UNIT, NAME))
    assert plan.counts["unchanged"] == 1


def test_who_has_registered_keeps_what_they_stated_themselves(tmp_path: Path, cast: Cast):
    row = {
        NAME: "李建国",
        MOBILE: cast.li.mobile,
        UNIT: "市税务局",
        COMMUNITY: "江新社区",
        ESTATE: "江新花苑",
        SKILLS: "驾驶",
    }
    plan = plan_of(tmp_path, row)
    assert set(plan.rows[0].changes) == {"unit_id"}
    apply_roster(plan, None)
    cast.li.refresh_from_db()
    assert (cast.li.unit, cast.li.community, cast.li.skills) == (
        cast.other_unit,
        cast.community,
        "、理发、财务、",
    )


def test_who_registers_between_plan_and_confirmation_keeps_their_community(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, ZHOU), None)
    plan = plan_of(tmp_path, {**ZHOU, COMMUNITY: "江新社区", ESTATE: "", POSITION: "科长"})
    Member.objects.filter(mobile="13900000001").update(state=Member.State.REGISTERED)
    apply_roster(plan, None)
    zhou = Member.objects.get(mobile="13900000001")
    assert (zhou.community, zhou.estate, zhou.position) == (cast.community, cast.estate, "科长")


def test_who_left_and_is_on_a_roster_again_is_listed_again(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, {**ZHOU, ENTRY: "2019-07-01"}), None)
    Member.objects.filter(mobile="13900000001").update(state="departed", departed_on="2026-01-01")
    plan = plan_of(tmp_path, ZHOU)
    assert plan.rows[0].changes == {
        "joined_on": ["2019-07-01", today().isoformat()],
        "departed_on": ["2026-01-01", None],
        "state": ["departed", "listed"],
    }
    apply_roster(plan, None)
    zhou = Member.objects.get(mobile="13900000001")
    assert (zhou.state, zhou.departed_on, zhou.joined_on) == ("listed", None, today())
    line = zhou.roster_changes.get()
    assert (line.kind, line.day, line.state, line.recorded_by) == ("returned", today(), "done", None)


# --- Every code of the contract ---


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({NAME: None}, NAME, "name_missing"),
        ({NAME: "周明1"}, NAME, "name_invalid"),
        ({NAME: "周" * 61}, NAME, "name_invalid"),
        ({MOBILE: None}, MOBILE, "mobile_missing"),
        ({MOBILE: "1380000"}, MOBILE, "mobile_invalid"),
        ({MOBILE: "1.38E+10"}, MOBILE, "mobile_invalid"),
        ({MOBILE: "13800000001"}, MOBILE, "mobile_belongs_to_other"),
        ({UNIT: None}, UNIT, "unit_missing"),
        ({UNIT: "市不存在局"}, UNIT, "unit_unknown"),
        ({UNIT: "青锋社区"}, UNIT, "unit_unknown"),
        ({COMMUNITY: "云外社区"}, COMMUNITY, "community_unknown"),
        ({ESTATE: "天上人间"}, ESTATE, "estate_unknown"),
        ({ESTATE: "江新花苑"}, ESTATE, "estate_not_in_community"),
        ({LEADER: "也许"}, LEADER, "boolean_invalid"),
        ({POSITION: "科" * 61}, POSITION, "text_too_long"),
        ({NOTE: "长" * 501}, NOTE, "text_too_long"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_code_place_and_remedy(
    tmp_path: Path, cast: Cast, changes: dict[str, Any], column: str, code: str
):
    plan = plan_of(tmp_path, {**ZHOU, **changes})
    (error,) = plan.errors()
    assert (error["sheet"], error["row"], error["column"], error["code"]) == ("名册", 2, column, code)
    assert error["value"] == str(changes[column] or "")[:80]
    assert error["message"].endswith("。")
    assert plan.counts == {"new": 0, "changed": 0, "unchanged": 0, "rejected": 1}


def test_the_second_and_later_rows_with_a_mobile_are_refused_and_name_the_first(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ZHOU, {**ZHOU, MOBILE: "+8613900000001"}, {**ZHOU, NAME: "吴明"})
    assert [(error["row"], error["code"]) for error in plan.errors()] == [
        (3, "mobile_duplicate_in_file"),
        (4, "mobile_duplicate_in_file"),
    ]
    assert all("第 2 行" in error["message"] for error in plan.errors())
    assert plan.counts["new"] == 1


def test_an_unknown_unit_comes_with_the_nearest_name(tmp_path: Path, cast: Cast):
    (error,) = plan_of(tmp_path, {**ZHOU, UNIT: "教育局"}).errors()
    assert "市教育局" in error["message"]


def test_all_errors_of_a_row_are_told_at_once(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, {**ZHOU, NAME: "", MOBILE: "1", UNIT: "无此局", LEADER: "也许"})
    assert [error["code"] for error in plan.errors()] == [
        "name_missing",
        "mobile_invalid",
        "unit_unknown",
        "boolean_invalid",
    ]


def test_an_inactive_unit_is_unknown(tmp_path: Path, cast: Cast):
    Organization.objects.filter(pk=cast.unit.pk).update(is_active=False)
    assert error_of(plan_of(tmp_path, ZHOU)) == (UNIT, "unit_unknown")


def test_names_of_organisations_are_compared_without_spaces_and_width(tmp_path: Path, cast: Cast):
    make_organization("TU9", Organization.Kind.UNIT, "市委党校（行政学院）", cast.city)
    plan = plan_of(tmp_path, {**ZHOU, UNIT: " 市委党校 (行政学院)\u3000"})
    assert plan.counts["new"] == 1


def test_an_estate_alone_implies_its_community(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, {**ZHOU, COMMUNITY: "", ESTATE: "江新花苑"})
    assert plan.rows[0].fields["community_id"] == cast.other_community.pk


def test_estates_of_one_name_are_told_apart_by_their_community(tmp_path: Path, cast: Cast):
    twin = make_organization("TC2E9", Organization.Kind.ESTATE, "青锋花苑", cast.other_community)
    plan = plan_of(tmp_path, {**ZHOU, COMMUNITY: "江新社区"}, {**ZHOU, MOBILE: "13900000002", COMMUNITY: ""})
    assert plan.rows[0].fields["estate_id"] == twin.pk
    assert error_of(plan) == (ESTATE, "estate_unknown")


def test_unknown_columns_are_named(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, {**ZHOU, "序号": 1}, columns=("序号", *HEADERS))
    assert plan.unknown_columns == ["序号"] and plan.counts["new"] == 1


# --- Whose roster it is ---


def test_a_unit_imports_only_its_own(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ZHOU, {**ZHOU, MOBILE: "13900000002", UNIT: "市税务局"}, scope=cast.unit)
    assert plan.counts["new"] == 1
    assert error_of(plan) == (UNIT, "out_of_scope")


def test_a_unit_imports_for_the_units_below_it(tmp_path: Path, cast: Cast):
    make_organization("TU1A", Organization.Kind.UNIT, "市教育局机关党支部", cast.unit)
    assert plan_of(tmp_path, {**ZHOU, UNIT: "市教育局机关党支部"}, scope=cast.unit).counts["new"] == 1


def test_a_unit_takes_nobody_from_another_unit(tmp_path: Path, cast: Cast):
    row = {NAME: "王秀英", MOBILE: cast.wang.mobile, UNIT: "市教育局"}
    assert error_of(plan_of(tmp_path, row, scope=cast.unit)) == (UNIT, "out_of_scope")


def test_a_refusal_never_tells_a_unit_whose_number_it_is(tmp_path: Path, cast: Cast):
    (error,) = plan_of(tmp_path, {**ZHOU, MOBILE: cast.wang.mobile}, scope=cast.unit).errors()
    assert error["code"] == "mobile_belongs_to_other"
    assert "王" not in error["message"] and "税务" not in error["message"]


def test_a_community_imports_only_who_lives_there(tmp_path: Path, cast: Cast):
    elsewhere = {**ZHOU, MOBILE: "13900000002", COMMUNITY: "江新社区", ESTATE: "江新花苑"}
    nowhere = {**ZHOU, MOBILE: "13900000003", COMMUNITY: "", ESTATE: ""}
    plan = plan_of(tmp_path, ZHOU, elsewhere, nowhere, scope=cast.community)
    assert plan.counts["new"] == 1
    assert [(error["column"], error["code"]) for error in plan.errors()] == [(COMMUNITY, "out_of_scope")] * 2


def test_the_city_imports_everybody(tmp_path: Path, cast: Cast):
    assert (
        plan_of(tmp_path, ZHOU, {**ZHOU, MOBILE: "13900000002", UNIT: "市税务局"}, scope=cast.city).counts[
            "new"
        ]
        == 2
    )


# --- The command ---


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    try:
        call_command(*arguments, "--json")
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    (line,) = capsys.readouterr().out.splitlines()
    return code, json.loads(line)


def test_the_command_prints_one_object_and_writes(
    tmp_path: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
):
    path = save_roster(tmp_path / "a.xlsx", ZHOU, {**ZHOU, MOBILE: "1"})
    code, answer = run(capsys, "import_roster", str(path), "--organization", "TU1")
    assert code == 0 and set(answer) == {"new", "changed", "unchanged", "rejected", "errors"}
    assert (answer["new"], answer["rejected"]) == (1, 1)
    assert set(answer["errors"][0]) == {"sheet", "row", "column", "code", "value", "message"}
    assert Member.objects.filter(mobile="13900000001").exists()


def test_a_dry_run_gives_the_same_answer_and_writes_nothing(
    tmp_path: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
):
    path = save_roster(tmp_path / "a.xlsx", ZHOU)
    before = Member.objects.count()
    _code, dry = run(capsys, "import_roster", str(path), "--dry-run")
    assert Member.objects.count() == before
    assert run(capsys, "import_roster", str(path)) == (0, dry)


@pytest.mark.parametrize(
    "arguments", [["missing.xlsx"], [str(MALFORMED / "far_cell.xlsx")], [str(MESSY), "--organization", "NO"]]
)
def test_the_command_exits_with_2_where_it_cannot_read(
    cast: Cast, capsys: pytest.CaptureFixture[str], arguments: list[str]
):
    code, answer = run(capsys, "import_roster", *arguments)
    assert code == 2 and set(answer) == {"error"} and "请" in answer["error"]
    assert Member.objects.count() == 4


def test_without_json_the_command_speaks_to_people(
    tmp_path: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
):
    path = save_roster(
        tmp_path / "a.xlsx", ZHOU, {**ZHOU, MOBILE: "1", "序号": 2}, columns=("序号", *HEADERS)
    )
    call_command("import_roster", str(path))
    out = capsys.readouterr().out
    assert "新增 1，变更 0，无变化 0，有错误 1" in out and "序号" in out and "第 3 行 手机号（1）" in out
