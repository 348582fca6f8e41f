"""What a list of organisations would do, and does."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.importing.organizations import (
    REQUIRED,
    apply_organizations,
    plan_organizations,
    restore_organizations,
)
from members.importing.plan import Plan
from members.models import Organization, OrganizationEvent
from xianfeng.lib.spreadsheet.reading import Unreadable
from xianfeng.lib.tests.workbooks import save_workbook
from xianfeng.testing.cast import Cast

from .rosters import MODEL_CITY


def plan_of(tmp_path: Path, *rows: tuple[Any, ...], header: tuple[str, ...] = REQUIRED) -> Plan:
    return plan_organizations(save_workbook(tmp_path / "a.xlsx", {"组织": [header, *rows]}))


def codes(plan: Plan) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["code"]) for error in plan.errors()]


def assert_tree_is_whole() -> None:
    """Each path is its parent's path and the own id."""
    for organization in Organization.objects.select_related("parent"):
        above = organization.parent.path if organization.parent else "/"
        assert organization.path == f"{above}{organization.pk}/"


@pytest.mark.django_db
def test_the_model_city_grows_in_few_queries_and_the_same_list_changes_nothing():
    path = MODEL_CITY / "organizations.csv"
    with CaptureQueriesContext(connection) as queries:
        plan = plan_organizations(path)
        apply_organizations(plan, by=None)
    assert plan.counts == {"new": 236, "changed": 0, "unchanged": 0, "rejected": 0}
    assert len(queries) < 20
    assert_tree_is_whole()
    assert plan_organizations(path).counts["unchanged"] == 236


@pytest.mark.django_db
def test_rows_may_stand_in_any_order(tmp_path: Path):
    plan = plan_of(
        tmp_path,
        ("E1", "C1", "estate", "花苑"),
        ("C1", "S1", "社区", "青锋社区"),
        ("U1", "M", "单位", "市教育局"),
        ("S1", "M", "street", "城东街道"),
        ("M", "", "city", "明州市"),
    )
    apply_organizations(plan, by=None)
    assert_tree_is_whole()
    assert Organization.objects.filter(code="E1", parent__parent__parent__code="M").exists()


def test_chinese_headers_and_numeric_codes_are_understood(tmp_path: Path, cast: Cast):
    plan = plan_of(
        tmp_path, (330, "T", "单位", " 市财政局\u3000"), header=("编码", "上级编码", "类型", "名称")
    )
    apply_organizations(plan, by=None)
    assert Organization.objects.get(code="330").name == "市财政局"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("", "T", "unit", "甲"), "code", "code_missing"),
        (("甲 乙", "T", "unit", "甲"), "code", "code_invalid"),
        (("U9", "T", "unit", ""), "name", "name_missing"),
        (("U9", "T", "unit", "长" * 81), "name", "name_invalid"),
        (("U9", "T", "", "甲"), "kind", "kind_missing"),
        (("U9", "T", "office", "甲"), "kind", "kind_unknown"),
        (("TU1", "T", "street", "市教育局"), "kind", "kind_fixed"),
        (("U9", "", "unit", "甲"), "parent", "parent_missing"),
        (("U9", "NO", "unit", "甲"), "parent", "parent_unknown"),
        (("E9", "T", "estate", "甲"), "parent", "parent_not_allowed"),
        (("T2", "", "city", "又一市"), "parent", "root_exists"),
        (("TU1", "TU1", "unit", "市教育局"), "parent", "parent_cycle"),
    ],
)
def test_a_wrong_row_is_refused_with_its_code(
    tmp_path: Path, cast: Cast, row: tuple[str, ...], column: str, code: str
):
    plan = plan_of(tmp_path, row)
    assert codes(plan) == [(2, column, code)]
    assert plan.errors()[0]["message"].endswith("。")


WITH_PHONE = (*REQUIRED, "电话")


def test_a_telephone_comes_along_and_an_empty_cell_takes_none_away(tmp_path: Path, cast: Cast):
    rows = [("TC1", "TS1", "社区", "青锋社区", "（0575）87010000"), ("TC9", "TS1", "社区", "新社区", "12345")]
    plan = plan_of(tmp_path, *rows, header=WITH_PHONE)
    assert plan.rows[0].changes == {"phone": ["", "0575-87010000"]}
    apply_organizations(plan, by=cast.city_officer)
    assert Organization.objects.get(code="TC9").phone == "12345"
    assert OrganizationEvent.objects.get(kind="phoned").note == "— → 0575-87010000"
    for again, header in (((*rows[0][:4], ""), WITH_PHONE), (rows[0][:4], REQUIRED)):
        assert plan_of(tmp_path, again, header=header).counts["unchanged"] == 1
    restore_organizations([("TC1", plan.rows[0].changes)], by=cast.city_officer)
    assert Organization.objects.get(code="TC1").phone == ""


def test_what_cannot_be_dialled_is_refused_with_its_row(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ("TC1", "TS1", "社区", "青锋社区", "87010000"), header=WITH_PHONE)
    assert codes(plan) == [(2, "phone", "phone_invalid")]


def test_the_second_row_with_a_code_is_refused(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ("U9", "T", "unit", "甲"), ("U9", "T", "unit", "乙"))
    assert codes(plan) == [(3, "code", "code_duplicate_in_file")]
    assert "第 2 行" in plan.errors()[0]["message"]


def test_a_refused_parent_takes_its_children_with_it_and_nobody_else(tmp_path: Path, cast: Cast):
    plan = plan_of(
        tmp_path,
        ("E9", "C9", "estate", "花苑"),
        ("C9", "S9", "community", "新社区"),
        ("S9", "T", "boulevard", "大道"),
        ("U9", "T", "unit", "市财政局"),
    )
    assert codes(plan) == [
        (2, "parent", "parent_unknown"),
        (3, "parent", "parent_unknown"),
        (4, "kind", "kind_unknown"),
    ]
    apply_organizations(plan, by=None)
    assert Organization.objects.filter(code="U9").exists()
    assert not Organization.objects.filter(code__in=["E9", "C9", "S9"]).exists()


def test_a_ring_of_rows_is_refused(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ("A", "B", "unit", "甲"), ("B", "A", "unit", "乙"))
    assert {code for _row, _column, code in codes(plan)} <= {"parent_cycle", "parent_unknown"}
    assert plan.counts["rejected"] == 2


def test_a_branch_that_moves_takes_everything_below_it_along(tmp_path: Path, cast: Cast):
    plan = plan_of(
        tmp_path, ("TS2", "T", "street", "城西街道党工委"), ("TC1", "TS2", "community", "青锋新社区")
    )
    assert plan.rows[1].changes == {"name": ["青锋社区", "青锋新社区"], "parent": ["TS1", "TS2"]}
    apply_organizations(plan, by=None)
    assert_tree_is_whole()
    assert Organization.objects.get(code="TS2").contains(Organization.objects.get(pk=cast.estate.pk))


def test_a_known_importer_stands_in_the_history_of_each_organisation(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ("U9", "T", "unit", "市财政局"), ("TU1", "TU2", "unit", "市教体局"))
    apply_organizations(plan, by=cast.city_officer)
    events = OrganizationEvent.objects.filter(by=cast.city_officer).values_list(
        "organization__code", "kind", "note"
    )
    assert sorted(events) == [
        ("TU1", "moved", "从“明州市委组织部”到“市税务局”"),
        ("TU1", "renamed", "原名：市教育局"),
        ("U9", "added", ""),
    ]


def test_who_lives_in_an_estate_moves_with_it(tmp_path: Path, cast: Cast):
    apply_organizations(plan_of(tmp_path, ("TC1E1", "TC2", "estate", "青锋花苑")), by=None)
    cast.li.refresh_from_db()
    assert cast.li.community == cast.other_community


def test_an_inactive_organisation_on_the_list_is_active_again(tmp_path: Path, cast: Cast):
    Organization.objects.filter(code="TU1").update(is_active=False)
    plan = plan_of(tmp_path, ("TU1", "T", "unit", "市教育局"))
    assert plan.rows[0].changes == {"is_active": [False, True]}
    apply_organizations(plan, by=None)
    assert Organization.objects.get(code="TU1").is_active


@pytest.mark.django_db
def test_a_list_without_rows_is_refused(tmp_path: Path):
    with pytest.raises(Unreadable):
        plan_of(tmp_path, ("", "", "", "合计"[:0]))


def test_the_command_answers_like_the_roster_command(
    tmp_path: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
):
    path = save_workbook(tmp_path / "a.xlsx", {"组织": [REQUIRED, ("U9", "T", "unit", "市财政局")]})
    call_command("import_organizations", str(path), "--dry-run", "--json")
    assert capsys.readouterr().out.strip() == (
        '{"new": 1, "changed": 0, "unchanged": 0, "rejected": 0, "errors": []}'
    )
    assert not Organization.objects.filter(code="U9").exists()
    call_command("import_organizations", str(path), "--json")
    assert Organization.objects.filter(code="U9").exists()
    with pytest.raises(SystemExit) as end:
        call_command("import_organizations", str(tmp_path / "missing.csv"), "--json")
    assert end.value.code == 2
