"""Nobody sets by a file what the year asks of themself; a colleague does."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from members.importing import batches
from members.importing.plan import ADD, CELLS, CHANGE, NUMBER, Decisions, key
from members.importing.roster import apply_roster, plan_rosters, read_rosters
from members.importing.roster.checking import entries_of
from members.importing.roster.columns import ENTRY, LEADER, MOBILE, NAME, POSITION, UNIT
from members.importing.tests.rosters import ZHOU
from members.models import ImportBatch, Member, User
from members.persons import uniting
from xianfeng.lib.refusal import NotPossible
from xianfeng.testing.cast import Cast

type Send = Callable[..., ImportBatch]


@pytest.fixture(params=["own account", "second account", "entry alone"])
def me(request: pytest.FixtureRequest, cast: Cast) -> Member:
    """The officer of the city, who is on the roster as a leader since 2020."""
    entry = cast.li if request.param == "second account" else cast.sun
    Member.objects.filter(pk=entry.pk).update(joined_on=dt.date(2020, 1, 1), is_leader=True)
    if request.param == "own account":
        Member.objects.filter(pk=entry.pk).update(user=cast.city_officer)
    else:
        uniting.unite(cast.city_officer, fresh(entry), by=cast.city_colleague)
    return fresh(entry)


def fresh(member: Member) -> Member:
    return Member.objects.get(pk=member.pk)


def row_of(member: Member, **more: Any) -> dict[str, Any]:
    return {NAME: member.name, MOBILE: member.mobile, UNIT: "市教育局", LEADER: "是", **more}


def errors(batch: ImportBatch) -> list[tuple[str, str]]:
    rows = batch.rows.filter(outcome="rejected")
    return [(error["column"], error["code"]) for row in rows for error in row.errors]


def written(batch: ImportBatch, by: User) -> ImportBatch:
    batches.confirm(batch, by=by)
    batches.write(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def answered(batch: ImportBatch, by: User, **answers: Any) -> ImportBatch:
    batches.decide(batch, answers, by=by)
    batches.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


@pytest.mark.parametrize(("column", "text"), [(LEADER, "否"), (ENTRY, "2026-11-20")])
def test_the_own_date_and_rank_are_an_error_of_the_row(send: Send, cast: Cast, me: Member, column, text):
    batch = send(row_of(me, **{column: text, POSITION: "科员"}), ZHOU)
    assert errors(batch) == [(column, "own_record")]
    written(batch, cast.city_officer)
    assert (fresh(me).joined_on, fresh(me).is_leader, fresh(me).position) == (dt.date(2020, 1, 1), True, "")
    assert Member.objects.filter(mobile=ZHOU[MOBILE]).exists()


def test_a_unit_s_clerk_keeps_the_own_rank(send: Send, cast: Cast):
    Member.objects.filter(pk=cast.sun.pk).update(user=cast.unit_clerk, is_leader=True)
    batch = send(row_of(cast.sun, **{LEADER: "否"}), by=cast.unit_clerk)
    assert errors(batch) == [(LEADER, "own_record")]
    assert batch.rows.get().errors[0]["message"] == "这一行是您本人：入册日期、职务级别、手机号由同事办理。"


def test_the_own_number_is_too(send: Send, cast: Cast, me: Member):
    row = row_of(me, **{MOBILE: "13911112222"})
    question = key(NUMBER, "名册!2")
    batch = answered(send(row), cast.city_officer, **{question: CHANGE})
    assert errors(batch) == [(MOBILE, "own_record")]
    assert batch.counts["changed"] == 0
    batch = answered(batch, cast.city_officer, **{question: ADD})  # another person of that name
    assert batch.counts["new"] == 1


def test_what_else_is_said_of_oneself_goes_through(send: Send, cast: Cast, me: Member):
    written(send(row_of(me, **{POSITION: "科长", ENTRY: "2020-01-01"})), cast.city_officer)
    assert fresh(me).position == "科长"


def test_a_colleague_s_file_changes_it(send: Send, cast: Cast, me: Member):
    written(send(row_of(me, **{LEADER: "否"}), by=cast.city_colleague), cast.city_officer)
    assert not fresh(me).is_leader


def test_who_comes_back_to_the_roster_does_so_by_a_colleague_s_file(send: Send, cast: Cast, me: Member):
    Member.objects.filter(pk=me.pk).update(state="departed", departed_on=dt.date(2025, 1, 1))
    assert errors(send(row_of(me))) == [(ENTRY, "own_record")]
    assert send(row_of(me), by=cast.city_colleague).counts["changed"] == 1


def test_whoever_writes_over_a_colleague_s_cells_sends_the_file_too(send: Send, cast: Cast, me: Member):
    batch = send(row_of(me, **{POSITION: "科长"}), by=cast.city_colleague)
    batch = answered(batch, cast.city_officer, **{key(CELLS, "名册!2"): {LEADER: "否"}})
    assert errors(batch) == [(LEADER, "own_record")]


def test_an_old_plan_writes_nothing_of_it(send: Send, cast: Cast):
    """Who became known as the uploader since is one at the writing, and the file is checked again."""
    Member.objects.filter(pk=cast.sun.pk).update(is_leader=True)
    batch = send(row_of(cast.sun, **{LEADER: "否"}), ZHOU)
    plan = batches.plan_for(batch)
    uniting.unite(cast.city_officer, fresh(cast.sun), by=cast.city_colleague)
    with pytest.raises(NotPossible):
        apply_roster(plan, batch)
    batch = written(batch, cast.city_officer)
    assert (batch.state, errors(batch)) == ("confirmed", [(LEADER, "own_record")])
    assert fresh(cast.sun).is_leader


def test_one_takes_no_batch_back_that_changed_oneself(send: Send, cast: Cast, me: Member):
    batch = written(send(row_of(me, **{LEADER: "否"}), by=cast.city_colleague), cast.city_colleague)
    with pytest.raises(NotPossible, match="由同事撤销"):
        batches.undo(batch, reason="传错了", by=User.objects.get(pk=cast.city_officer.pk))
    batches.undo(batch, reason="传错了", by=cast.city_colleague)


def test_it_costs_one_query(
    send: Send, cast: Cast, tmp_path: Path, django_assert_max_num_queries: Any, me: Member
):
    batch = send(row_of(me), ZHOU)
    with django_assert_max_num_queries(1):
        own = entries_of(batch)
    assert me.pk in own
    rosters = read_rosters(batch.file.path)
    with django_assert_max_num_queries(3):
        plan_rosters(rosters, cast.city, Decisions(), own=own)
