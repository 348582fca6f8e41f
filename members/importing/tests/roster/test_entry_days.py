"""Since when somebody is on the roster: a column in the ways people write days, or a question once a file."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from members.cleaning import clean_day
from members.importing.plan import ALL, ENTRY, Decisions, Plan, key
from members.importing.roster import apply_roster, plan_roster
from members.importing.roster.columns import ENTRY as ENTRY_DAY
from members.importing.roster.columns import MOBILE, NAME, POSITION, UNIT
from members.importing.tests.rosters import ZHOU, save_roster
from members.models import Member, Organization, RosterChange
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

JULY = dt.date(2025, 7, 5)
WITHOUT_DAY = (NAME, MOBILE, UNIT, POSITION)


def plan_of(tmp_path: Path, row: dict[str, Any], scope: Organization | None = None, **options: Any) -> Plan:
    decisions = options.pop("decisions", Decisions())
    return plan_roster(save_roster(tmp_path / "roster.xlsx", row, **options), scope, decisions=decisions)


def zhou() -> Member:
    return Member.objects.get(mobile=ZHOU[MOBILE])


@pytest.mark.parametrize(
    "written",
    [JULY, "2025-07-05", "2025/7/5", "2025.7.5", "2025年7月5日", "20250705", " 2025－07－05 ",
     "2025-07-05 00:00:00", 20250705.0, 45843.0],
    ids=str,
)  # fmt: skip
def test_a_day_in_each_way_people_write_it(written: Any):
    assert clean_day(written) == JULY


@pytest.mark.parametrize("written", ["2025年7月", "2025.07", "2025-7"])
def test_a_month_counts_from_its_first(written: str):
    assert clean_day(written) == JULY.replace(day=1)


@pytest.mark.parametrize(
    "written", ["", "待定", "25.7.5", "2025-02-30", "2025-13-01", "7月5日", 12.5, True, "45843"]
)
def test_what_is_no_day_is_none(written: Any):
    assert clean_day(written) is None


def test_the_column_sets_the_day_and_shows_how_it_was_read(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, {**ZHOU, ENTRY_DAY: "2025年7月"})
    assert [(one.column, one.sent, one.taken) for one in plan.rows[0].cleaned] == [
        (ENTRY_DAY, "2025年7月", "2025-07-01")
    ]
    assert plan.without_day == 0
    apply_roster(plan, None)
    assert zhou().joined_on == JULY.replace(day=1)
    assert plan_of(tmp_path, {**ZHOU, ENTRY_DAY: JULY.replace(day=1)}).counts["unchanged"] == 1


@pytest.mark.parametrize(("written", "code"), [("待定", "day_invalid"), ("1905-01-01", "day_out_of_range")])
def test_a_day_that_cannot_be_is_refused_with_the_ways_to_write_one(
    written: str, code: str, tmp_path: Path, cast: Cast
):
    (error,) = plan_of(tmp_path, {**ZHOU, ENTRY_DAY: written}).errors()
    assert (error["column"], error["code"], error["value"]) == (ENTRY_DAY, code, written)
    assert "请" in error["message"]


def test_without_a_column_the_day_of_import_counts_and_another_may_be_given_once(tmp_path: Path, cast: Cast):
    plan = plan_of(tmp_path, ZHOU, columns=WITHOUT_DAY)
    assert (plan.without_day, plan.rows[0].fields["joined_on"]) == (1, today())
    given = Decisions({key(ENTRY, ALL): "2026-01-01"})
    apply_roster(plan_of(tmp_path, ZHOU, columns=WITHOUT_DAY, decisions=given), None)
    assert zhou().joined_on == dt.date(2026, 1, 1)


def test_the_command_line_says_the_day_with_an_option(tmp_path: Path, cast: Cast):
    path = save_roster(tmp_path / "roster.xlsx", ZHOU, columns=WITHOUT_DAY)
    call_command("import_roster", str(path), "--entry-day", "2026-03-01")
    assert zhou().joined_on == dt.date(2026, 3, 1)


def test_who_is_known_keeps_the_day_where_the_file_has_none(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, {**ZHOU, ENTRY_DAY: JULY}), None)
    assert plan_of(tmp_path, ZHOU).counts["unchanged"] == 1
    plan = plan_of(tmp_path, ZHOU, columns=WITHOUT_DAY)
    assert (plan.counts["unchanged"], plan.without_day) == (1, 0)


def test_the_city_corrects_a_day_and_a_unit_is_shown_the_one_on_record(tmp_path: Path, cast: Cast):
    """It decides what the year asks of the person: the unit whose people are checked does not set it."""
    apply_roster(plan_of(tmp_path, {**ZHOU, ENTRY_DAY: JULY}), None)
    later = {**ZHOU, ENTRY_DAY: "2026-11-01"}
    (row,) = plan_of(tmp_path, later, cast.unit).rows
    assert (row.outcome, row.changes) == ("unchanged", {})
    assert (row.cleaned[-1].sent, row.cleaned[-1].taken) == ("2026-11-01", "2025-07-05")
    (row,) = plan_of(tmp_path, later).rows
    assert row.changes == {"joined_on": ["2025-07-05", "2026-11-01"]}


def test_nobody_enters_after_the_leaving_that_is_on_record(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, {**ZHOU, ENTRY_DAY: JULY}), None)
    Member.objects.filter(pk=zhou().pk).update(departed_on="2099-06-30")
    assert plan_of(tmp_path, {**ZHOU, ENTRY_DAY: "2027-06-30"}).errors() == []
    Member.objects.filter(pk=zhou().pk).update(departed_on="2026-12-31")
    (error,) = plan_of(tmp_path, {**ZHOU, ENTRY_DAY: "2027-06-30"}).errors()
    assert (error["column"], error["code"]) == (ENTRY_DAY, "day_after_leaving")


# --- Who comes back, and who changes unit ---


@pytest.mark.parametrize(
    ("written", "counts"),
    [(None, "2026-03-01"), ("2019-07-01", "2026-03-01"), ("2026-02-01", "2026-02-01")],
    ids=["no day", "the first entry's", "the return's"],
)
def test_the_year_of_who_comes_back_counts_from_the_return(
    written: str | None, counts: str, tmp_path: Path, cast: Cast
):
    apply_roster(plan_of(tmp_path, {**ZHOU, ENTRY_DAY: "2019-07-01"}), None)
    Member.objects.filter(pk=zhou().pk).update(state="departed", departed_on="2025-12-31")
    decisions = Decisions({key(ENTRY, ALL): "2026-03-01"})
    apply_roster(plan_of(tmp_path, {**ZHOU, ENTRY_DAY: written}, decisions=decisions), None)
    line = zhou().roster_changes.get()
    assert (line.kind, line.day.isoformat(), line.to_unit) == ("returned", counts, cast.unit)
    assert line.before == {"joined_on": "2019-07-01", "departed_on": "2025-12-31"}
    assert (zhou().state, zhou().joined_on, zhou().departed_on) == ("listed", line.day, None)


def test_who_had_registered_comes_back_registered(tmp_path: Path, cast: Cast):
    li = cast.li
    Member.objects.filter(pk=li.pk).update(state="departed", departed_on="2026-01-01")
    row = {NAME: li.name, MOBILE: li.mobile, UNIT: li.unit.name}
    apply_roster(plan_of(tmp_path, row, columns=(NAME, MOBILE, UNIT)), None)
    li.refresh_from_db()
    assert li.state == Member.State.REGISTERED


def test_another_unit_is_a_dated_move(tmp_path: Path, cast: Cast):
    apply_roster(plan_of(tmp_path, ZHOU), None)
    apply_roster(plan_of(tmp_path, {**ZHOU, UNIT: cast.other_unit.name}), None)
    move = RosterChange.objects.get(member=zhou())
    assert (move.kind, move.state, move.day) == ("moved", "done", today())
    assert (move.from_unit, move.to_unit) == (cast.unit, cast.other_unit)
    assert [event.to_state for event in move.events.all()] == ["done"]
