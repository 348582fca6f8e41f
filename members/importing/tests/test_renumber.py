"""疑似换号: the same name and unit with another mobile is decided row by row, not as a new person."""

import json
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from members.importing import batches
from members.importing.plan import ADD, ALL, CHANGE, NAMESAKES, NUMBER, key
from members.importing.preview import asked, lines
from members.importing.roster import plan_roster
from members.importing.roster.columns import MOBILE, NAME, POSITION, UNIT
from members.merging import merging
from members.models import ImportBatch, Member, MobileChange, User
from xianfeng.testing.cast import Cast, make_member

from .rosters import ZHOU, save_roster

LI = {NAME: "李建国", MOBILE: "13900000021", UNIT: "市教育局", POSITION: "科长"}
OLD, NEW = "13800000001", "13900000021"


@pytest.fixture
def send(send: Callable[..., ImportBatch], cast: Cast) -> Callable[..., ImportBatch]:
    return partial(send, by=cast.unit_clerk)


def answer(batch: ImportBatch, cast: Cast, question: str, given: str) -> ImportBatch:
    batches.decide(batch, {question: given}, by=cast.unit_clerk)
    batches.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def written(batch: ImportBatch, cast: Cast) -> ImportBatch:
    batches.confirm(batch, by=cast.unit_clerk)
    batches.write(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def taken_back(batch: ImportBatch, cast: Cast) -> None:
    batches.undo(batch, reason="传错了", by=cast.unit_clerk)
    batches.take_back(batch.pk)
    assert ImportBatch.objects.get(pk=batch.pk).is_undone


def changed(send: Callable[..., ImportBatch], cast: Cast) -> ImportBatch:
    return answer(send(LI), cast, key(NUMBER, "名册!2"), CHANGE)


def test_such_a_row_is_asked_about_and_not_written(send, cast: Cast):
    batch = send(LI, ZHOU)
    assert (batch.counts["new"], batch.counts["rejected"]) == (1, 1)
    ((question,),) = (kind.questions for kind in asked(batch))
    assert question.sentence.startswith("“名册”第 2 行 李建国（139****0021）：")
    assert "手机号 138****0001。" in question.sentence
    assert [given for given, _label in question.offers] == [CHANGE, ADD]
    error = batch.rows.get(outcome="rejected").errors[0]
    assert error["code"] == "mobile_maybe_changed" and OLD not in error["message"]


def test_the_same_person_gets_the_new_number_and_what_else_differs(send, cast: Cast):
    batch = changed(send, cast)
    row = batch.rows.get()
    assert row.changes["mobile"] == [OLD, NEW] and row.changes["position"] == ["", "科长"]
    assert ("手机号", "138****0001", "139****0021") in {
        (change.label, change.before, change.after) for change in lines(batch, [row])[0].changes
    }
    written(batch, cast)
    cast.li.refresh_from_db()
    assert (cast.li.mobile, cast.li.position) == (NEW, "科长")
    assert Member.objects.filter(name="李建国").count() == 1
    change = MobileChange.objects.get()
    assert (change.old, change.new, change.way, change.decided_by) == (OLD, NEW, "import", cast.unit_clerk)


def test_another_person_is_added(send, cast: Cast):
    written(answer(send(LI), cast, key(NUMBER, "名册!2"), ADD), cast)
    assert set(Member.objects.filter(name="李建国").values_list("mobile", flat=True)) == {OLD, NEW}


def test_all_such_rows_are_decided_with_one_click(send, cast: Cast):
    wang = {NAME: "孙丽", MOBILE: "13900000022", UNIT: "市教育局"}
    batch = send(LI, wang)
    (kind,) = asked(batch)
    assert kind.for_all == (key(NUMBER, ALL), CHANGE, "全部是换号")
    assert answer(batch, cast, key(NUMBER, ALL), CHANGE).counts["changed"] == 2


@pytest.mark.parametrize(
    "beside",
    [
        {NAME: "李建国", MOBILE: OLD, UNIT: "市教育局"},  # both stand in the file: two people
        None,
    ],
)
def test_two_of_one_name_in_the_file_are_two_people(send, cast: Cast, beside: dict[str, Any] | None):
    batch = send(*filter(None, (LI, beside)))
    assert bool(asked(batch)) == (beside is None)


def test_one_person_does_not_get_two_numbers_from_one_file(send, cast: Cast):
    """ "All are changes" said of two rows that can mean one person only: the second is asked about again."""
    second = {**LI, MOBILE: "13900000022", POSITION: "处长"}
    batch = answer(send(LI, second), cast, key(NUMBER, ALL), CHANGE)
    assert (batch.counts["changed"], batch.counts["rejected"]) == (1, 1)
    (error,) = batch.rows.get(outcome="rejected").errors
    assert error["code"] == "mobile_duplicate_in_file" and "第 2 行是同一位同志" in error["message"]
    written(answer(batch, cast, key(NUMBER, "名册!3"), ADD), cast)
    found = Member.objects.filter(name="李建国").values_list("mobile", "position")
    assert set(found) == {(NEW, "科长"), ("13900000022", "处长")}


def test_a_file_with_both_numbers_of_a_merged_person_says_it_once(send, cast: Cast):
    merging.merge(cast.li, make_member("李建国", NEW, cast.unit), reason="本人确认", by=cast.city_officer)
    rows = LI, {**LI, MOBILE: OLD, POSITION: "处长"}
    batch = written(send(*rows), cast)
    assert (batch.counts["changed"], batch.counts["rejected"]) == (1, 1)
    again = send(*rows)
    assert (again.counts["unchanged"], again.counts["rejected"]) == (1, 1)


def test_another_unit_is_another_person(send, cast: Cast):
    path_rows = {**LI, UNIT: "市税务局"}
    batch = send(path_rows)
    assert asked(batch) == []  # out of the unit's scope, but no question


def test_of_several_namesakes_nobody_is_renumbered_by_a_file(send, cast: Cast):
    make_member("李建国", "13900000055", cast.unit)
    batch = send(LI)
    ((question,),) = (kind.questions for kind in asked(batch))
    assert [given for given, _label in question.offers] == [ADD]
    assert answer(batch, cast, key(NUMBER, ALL), CHANGE).counts["rejected"] == 1
    batch = answer(ImportBatch.objects.get(pk=batch.pk), cast, key(NAMESAKES, "名册!2"), ADD)
    assert batch.counts["new"] == 1


def test_taken_back_the_number_is_the_former_one(send, cast: Cast):
    batch = written(changed(send, cast), cast)
    taken_back(batch, cast)
    cast.li.refresh_from_db()
    assert (cast.li.mobile, cast.li.position) == (OLD, "")
    assert MobileChange.objects.count() == 2


def test_a_number_that_its_owner_has_proven_stays(send, cast: Cast):
    batch = written(changed(send, cast), cast)
    User.objects.filter(pk=cast.li.user_id).update(mobile=NEW)
    taken_back(batch, cast)
    cast.li.refresh_from_db()
    assert (cast.li.mobile, cast.li.position) == (NEW, "")
    assert Member.objects.filter(name="李建国").count() == 1


def test_a_merged_record_stands_for_the_one_that_was_kept(send, cast: Cast):
    double = make_member("李建国", NEW, cast.unit)
    merging.merge(cast.li, double, reason="本人确认", by=cast.city_officer)
    batch = written(send(LI), cast)
    assert batch.counts["changed"] == 1
    cast.li.refresh_from_db()
    assert (cast.li.mobile, cast.li.position) == (OLD, "科长")


@pytest.mark.parametrize(("option", "counts"), [(None, (0, 0, 1)), ("change", (0, 1, 0)), ("add", (1, 0, 0))])
def test_a_command_line_says_it_beforehand_or_rejects(
    tmp_path: Path, cast: Cast, option: str | None, counts: tuple[int, int, int]
):
    path, out = save_roster(tmp_path / "a.xlsx", LI), StringIO()
    call_command("import_roster", str(path), "--json", new_numbers=option, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["new"], found["changed"], found["rejected"]) == counts
    assert [error["code"] for error in found["errors"]] == ["mobile_maybe_changed"] * counts[2]
    cast.li.refresh_from_db()
    assert cast.li.mobile == (NEW if option == "change" else OLD)


def test_a_large_file_costs_few_queries_more(tmp_path: Path, cast: Cast, django_assert_max_num_queries: Any):
    rows = [{**ZHOU, NAME: f"周{chr(0x4E00 + n)}", MOBILE: f"1391{n:07}"} for n in range(1_200)]
    path = save_roster(tmp_path / "a.xlsx", *rows)
    with django_assert_max_num_queries(5):
        plan_roster(path)
