"""What is wrong with a file is put right on its page: cells, columns, answers taken back."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.importing import batches
from members.importing.deciding.answered import answered
from members.importing.deciding.mapping import ColumnsIncomplete, ColumnTwice, named, sample_of
from members.importing.deciding.repairing import HoldsIdNumber, repairs
from members.importing.plan import ALL, CELLS, COLUMNS, ENTRY, HIDE, key
from members.importing.preview import asked, entry_of, lines
from members.importing.roster.columns import COMMUNITY, ESTATE, MOBILE, NAME, NOTE, UNIT
from members.importing.rules import BatchMovedOn, NothingDecided, NotUndoable, can_map, check_undoable
from members.leaving import recording
from members.leaving.jobs import tell_changes_of_import
from members.models import ImportBatch, Member, RosterChange
from members.people.rules import DatesWrong
from notices.models import Notice
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

from .rosters import ZHOU

State = ImportBatch.State
ID_NUMBER = "11010119900307793X"


def decided(batch: ImportBatch, cast: Cast, answers: dict[str, Any]) -> ImportBatch:
    batches.decide(batch, answers, by=cast.city_officer)
    batches.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def written(batch: ImportBatch, cast: Cast) -> ImportBatch:
    batches.confirm(batch, by=cast.city_officer)
    batches.write(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def inputs(batch: ImportBatch) -> dict[str, str]:
    """The inputs of all rejected rows: name and value."""
    rows = list(batch.rows.order_by("row"))
    return {cell.name: cell.value for line in lines(batch, rows) for cell in line.repair}


def input_of(batch: ImportBatch, row: int, column: str) -> str:
    return f"{batch.rows.get(row=row).pk}:{column}"


# --- Cells ---


def test_wrong_cells_are_written_over_on_the_page_and_their_rows_go_in(send, cast: Cast):
    batch = send(
        ZHOU, {**ZHOU, NAME: "郑明", MOBILE: "1390000"}, {**ZHOU, MOBILE: "13900000003", UNIT: "没有这个"}
    )
    assert batch.counts["rejected"] == 2
    asked_for = inputs(batch)
    assert asked_for[input_of(batch, 3, MOBILE)] == "1390000"
    assert asked_for[input_of(batch, 4, UNIT)] == "没有这个"
    mobile = {**asked_for, input_of(batch, 3, MOBILE): "139 0000 0002", input_of(batch, 4, UNIT): "市税务局"}
    batch = decided(batch, cast, repairs(batch, mobile))
    assert (batch.counts["new"], batch.counts["rejected"]) == (3, 0)
    assert batch.rows.get(row=3).cleaned == [{"column": MOBILE, "sent": "1390000", "taken": "139 0000 0002"}]
    batch = written(batch, cast)
    assert {*Member.objects.filter(batch=batch).values_list("name", "mobile", "unit__name")} == {
        ("周明", "13900000001", "市教育局"),
        ("郑明", "13900000002", "市教育局"),
        ("周明", "13900000003", "市税务局"),
    }
    (line,) = lines(batch, [batch.rows.get(row=3)])
    assert line.member_id == Member.objects.get(mobile="13900000002").pk, "the row leads to the person"


def test_what_is_left_as_it_stands_is_no_repair(send, cast: Cast):
    batch = send({**ZHOU, MOBILE: "1390000"})
    with pytest.raises(NothingDecided):
        batches.decide(batch, repairs(batch, inputs(batch)), by=cast.city_officer)


def test_a_second_repair_of_a_row_keeps_the_first(send, cast: Cast):
    batch = send({**ZHOU, MOBILE: "1390000", UNIT: "没有这个"})
    batch = decided(batch, cast, repairs(batch, {input_of(batch, 2, UNIT): "市税务局"}))
    assert [error["column"] for error in batch.rows.get().errors] == [MOBILE]
    batch = decided(batch, cast, repairs(batch, {input_of(batch, 2, MOBILE): "13900000001"}))
    assert batch.counts["new"] == 1
    assert [one.answer for one in answered(batch)] == ["改正了 手机号、单位"]


def test_a_number_that_is_somebodys_is_masked_and_the_name_beside_it_can_be_put_right(send, cast: Cast):
    batch = send({NAME: "李健国", MOBILE: cast.li.mobile, UNIT: "市教育局"})
    row = batch.rows.get()
    ((name, mobile),) = (line.repair for line in lines(batch, [row]))
    assert (name.label, name.value) == (NAME, "李健国")
    assert (mobile.label, mobile.value, mobile.masked[3:7]) == (MOBILE, "", "****")
    batch = decided(batch, cast, repairs(batch, {name.name: "李建国", mobile.name: ""}))
    assert batch.counts["rejected"] == 0


def test_an_estate_is_put_right_together_with_its_community(send, cast: Cast):
    batch = send({**ZHOU, ESTATE: "江新花苑"})
    assert {name.partition(":")[2] for name in inputs(batch)} == {COMMUNITY, ESTATE}
    batch = decided(batch, cast, repairs(batch, {input_of(batch, 2, COMMUNITY): "江新社区"}))
    written(batch, cast)
    assert Member.objects.get(mobile=ZHOU[MOBILE]).estate == cast.other_estate


def test_an_id_number_is_not_taken_from_an_input_either(send, cast: Cast):
    batch = send({**ZHOU, UNIT: "没有这个"})
    with pytest.raises(HoldsIdNumber):
        repairs(batch, {input_of(batch, 2, UNIT): f"市税务局{ID_NUMBER}"})


def test_only_rejected_rows_of_the_batch_and_columns_of_the_roster_are_written_over(send, cast: Cast):
    other = send({**ZHOU, MOBILE: "1"})
    batch = send(ZHOU, {**ZHOU, NAME: "郑明", MOBILE: "1390000"})
    sent = {
        input_of(other, 2, MOBILE): "13900000009",
        input_of(batch, 2, MOBILE): "13900000009",
        input_of(batch, 3, "state"): "registered",
    }
    assert repairs(batch, sent) == {}


# --- ID numbers in texts ---


def test_id_numbers_in_texts_are_left_out_with_one_answer(send, cast: Cast):
    batch = send({**ZHOU, NOTE: f"证号{ID_NUMBER}，新进"}, {**ZHOU, MOBILE: "13900000002", NOTE: ID_NUMBER})
    ((question,),) = (kind.questions for kind in asked(batch))
    assert (question.key, question.rows) == (key(HIDE, "名册"), 2)
    batch = written(decided(batch, cast, {question.key: question.offers[0][0]}), cast)
    assert [*Member.objects.filter(batch=batch).order_by("mobile").values_list("note", flat=True)] == [
        "证号，新进",
        "",
    ]


# --- The entry day, and answers taken back ---


def test_the_entry_day_is_asked_once_a_file_and_can_be_changed(send, cast: Cast):
    batch = send(ZHOU)
    entry = entry_of(batch)
    assert entry and entry.rows == 1
    with pytest.raises(DatesWrong):
        batches.decide(batch, {entry.key: "1905-01-01"}, by=cast.city_officer)
    batch = written(decided(batch, cast, {entry.key: "2026-03-01"}), cast)
    assert Member.objects.get(batch=batch).joined_on.isoformat() == "2026-03-01"
    assert entry_of(batch) is None


def test_an_answer_can_be_taken_back(send, cast: Cast):
    batch = send({**ZHOU, UNIT: "教育局"})
    batch = decided(batch, cast, {"name:单位=教育局": "市税务局"})
    (one,) = answered(batch)
    assert (one.subject, one.answer) == ("单位“教育局”", "按“市税务局”")
    batch = decided(batch, cast, {one.key: ""})
    assert batch.decisions == {} and len(asked(batch)) == 1
    with pytest.raises(NothingDecided):
        batches.decide(batch, {one.key: ""}, by=cast.city_officer)


def test_answers_are_listed_row_by_row_whatever_order_the_database_keeps():
    rows = [key(CELLS, f"!{row}") for row in (10, 9, 2)]
    batch = ImportBatch(decisions={row: {UNIT: "市教育局", NAME: "周明"} for row in rows})
    assert [(one.subject, one.answer) for one in answered(batch)] == [
        (f"第 {row} 行", "改正了 姓名、单位") for row in (2, 9, 10)
    ]


# --- Columns named by hand ---

STRANGE = {"Sheet1": [["某单位花名册"], ["人员", "号码", "所属部门"], ["周明", "13900000001", "市教育局"]]}
BARE = {"Sheet1": [["周明", "13900000001", "市教育局"], ["郑明", "13900000002", "市税务局"]]}
BY_HAND = {"column-0": NAME, "column-1": MOBILE, "column-2": UNIT}


def test_a_file_whose_headers_say_nothing_is_read_as_somebody_says(send, cast: Cast):
    batch = send(sheets=STRANGE)
    assert (batch.state, can_map(batch)) == (State.FAILED, True)
    sample = sample_of(batch, "", {})
    assert [column.meaning for column in sample.columns] == ["", MOBILE, ""], "mobiles by their look"
    assert sample.header == 1
    assert sample.rows[2][1] == ["周明", "139****0001", "市教育局"]
    batch = decided(batch, cast, {key(COLUMNS, sample.name): named({**BY_HAND, "header": "1"})})
    assert (batch.state, batch.counts["new"]) == (State.PREVIEWED, 1)
    assert [one.answer for one in answered(batch)] == ["手工指定了列：姓名、手机号、单位"]
    assert [column.meaning for column in sample_of(batch, "", {}).columns] == [NAME, MOBILE, UNIT]


def test_a_file_without_a_header_is_read_from_its_first_row(send, cast: Cast):
    batch = send(sheets=BARE)
    assert sample_of(batch, "", {}).header == -1
    batch = decided(batch, cast, {key(COLUMNS, "Sheet1"): named({**BY_HAND, "header": ""})})
    assert batch.counts["new"] == 2
    assert batch.rows.order_by("row").values_list("row", flat=True)[0] == 1


def test_an_ignored_column_is_given_its_meaning(send, cast: Cast):
    sheets = {"名册": [[NAME, MOBILE, UNIT, "补充说明"], ["周明", "13900000001", "市教育局", "新进"]]}
    batch = send(sheets=sheets)
    assert batch.counts["unknown_columns"] == ["补充说明"] and can_map(batch)
    choice = {**BY_HAND, "column-3": NOTE, "header": "0"}
    batch = written(decided(batch, cast, {key(COLUMNS, "名册"): named(choice)}), cast)
    assert batch.counts["unknown_columns"] == []
    assert Member.objects.get(batch=batch).note == "新进"


def test_several_columns_may_hold_numbers_and_no_other_twice():
    found = named({"column-0": NAME, "column-1": MOBILE, "column-2": MOBILE, "column-3": UNIT, "header": "0"})
    assert found == {"header": 0, "columns": {NAME: [0], MOBILE: [1, 2], UNIT: [3]}}
    with pytest.raises(ColumnsIncomplete, match="单位"):
        named({"column-0": NAME, "column-1": MOBILE})
    with pytest.raises(ColumnTwice, match="A、D"):
        named({**BY_HAND, "column-3": NAME})


def test_what_is_no_table_at_all_cannot_be_given_columns(send, cast: Cast, tmp_path: Path):
    file = SimpleUploadedFile("名册.xlsx", b"not a workbook")
    batch = batches.upload("roster", file, by=cast.city_officer)
    batches.check(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.FAILED and not can_map(batch)


def test_a_confirmed_batch_is_decided_no_more(send, cast: Cast):
    batch = written(send(ZHOU), cast)
    with pytest.raises(BatchMovedOn):
        batches.decide(batch, {key(ENTRY, ALL): "2026-01-01"}, by=cast.city_officer)


# --- Who comes back or moves by a list, and the list taken back ---


def test_an_undo_takes_a_return_and_a_move_back_with_their_lines(send, cast: Cast):
    Member.objects.filter(pk=cast.sun.pk).update(
        state="departed", joined_on="2019-07-01", departed_on="2025-12-31"
    )
    back = {NAME: "孙丽", MOBILE: cast.sun.mobile, UNIT: "市教育局"}
    moved = {NAME: cast.li.name, MOBILE: cast.li.mobile, UNIT: "市税务局"}
    batch = written(send(back, moved), cast)
    lines = RosterChange.objects.filter(batch=batch).order_by("kind")
    assert [(line.kind, line.recorded_by) for line in lines] == [
        ("moved", cast.city_officer),
        ("returned", cast.city_officer),
    ]
    batches.undo(batch, reason="传错了文件", by=cast.city_officer)
    batches.take_back(batch.pk)
    cast.sun.refresh_from_db()
    cast.li.refresh_from_db()
    assert (cast.sun.state, str(cast.sun.joined_on), str(cast.sun.departed_on)) == (
        "departed",
        "2019-07-01",
        "2025-12-31",
    )
    assert cast.li.unit == cast.unit
    assert {line.state for line in lines.all()} == {"undone"}


def test_the_person_who_is_moved_by_a_list_is_told_once(send, cast: Cast):
    batch = written(send({NAME: cast.li.name, MOBILE: cast.li.mobile, UNIT: "市税务局"}), cast)
    tell_changes_of_import(batch.pk)
    tell_changes_of_import(batch.pk)
    assert Notice.objects.filter(recipient=cast.li.user, subject__contains="调动").count() == 1


def test_a_later_change_of_the_roster_stands_in_the_way_of_an_undo(send, cast: Cast):
    batch = written(send({NAME: cast.li.name, MOBILE: cast.li.mobile, UNIT: "市税务局"}), cast)
    check_undoable(batch)
    cast.li.refresh_from_db()
    recording.leave(cast.li, kind="left", day=today(), by=cast.city_officer)
    with pytest.raises(NotUndoable, match="名册变动"):
        check_undoable(batch)
