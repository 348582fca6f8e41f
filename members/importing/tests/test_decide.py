"""What a preview asks, and what an answer does: once for all rows it concerns."""

from pathlib import Path
from typing import Any

import pytest

from members.importing import batches
from members.importing.deciding.decisions import QUESTIONS, sentence_of
from members.importing.plan import ALL, FILL, NAME, NEAREST, Decisions, key
from members.importing.preview import asked
from members.importing.roster import plan_roster
from members.importing.roster.columns import COMMUNITY, MOBILE, UNIT
from members.importing.rules import BatchMovedOn, NothingDecided
from members.models import ImportBatch, Member
from xianfeng.testing.cast import Cast, make_organization

from .rosters import ZHOU, save_roster

State = ImportBatch.State


def numbered(*units: str | None) -> list[dict[str, Any]]:
    """As many people as units."""
    return [{**ZHOU, MOBILE: f"1390000{n:04}", UNIT: unit} for n, unit in enumerate(units)]


def answer(batch: ImportBatch, cast: Cast, question: str, given: str) -> ImportBatch:
    batches.decide(batch, {question: given}, by=cast.city_officer)
    batches.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def test_a_short_name_is_asked_once_and_its_answer_lets_in_all_such_rows(send, cast: Cast):
    planning = make_organization("TU7", "unit", "市发展和改革委员会", cast.city)
    batch = send(*numbered("发改局", " 发改局", "发改局"), *numbered("市教育局"))
    (kind,) = asked(batch)
    (question,) = kind.questions
    assert (question.key, question.rows) == ("name:单位=发改局", 3)
    assert question.sentence == "单位“发改局”不在组织目录里，是不是“市发展和改革委员会”？"
    batch = answer(batch, cast, question.key, question.offers[0][0])
    assert batch.counts["rejected"] == 1, "the one whose mobile stands there twice"
    assert asked(batch) == []
    batches.confirm(batch, by=cast.city_officer)
    batches.write(batch.pk)
    assert set(Member.objects.filter(batch=batch).values_list("unit", flat=True)) == {planning.pk}
    row = batch.rows.order_by("row").first()
    assert row.cleaned == [{"column": UNIT, "sent": "发改局", "taken": "市发展和改革委员会"}]


def test_all_near_names_are_taken_with_one_click(send, cast: Cast):
    elsewhere = {**ZHOU, MOBILE: "13900000009", COMMUNITY: "青锋社"}
    batch = send(*numbered("教育局", "税务局"), elsewhere)
    (kind,) = asked(batch)
    assert len(kind.questions) == 3 and kind.for_all == (key(NAME, ALL), NEAREST, "全部按最接近的名称")
    batch = answer(batch, cast, key(NAME, ALL), NEAREST)
    assert (batch.counts["new"], batch.counts["rejected"]) == (3, 0)


def test_another_name_may_be_given_and_a_wrong_one_leaves_the_question_open(send, cast: Cast):
    batch = send(*numbered("教育局"))
    batch = answer(batch, cast, "name:单位=教育局", "市无此局")
    assert batch.counts["rejected"] == 1 and len(asked(batch)) == 1
    batch = answer(batch, cast, "name:单位=教育局", "市税务局")
    assert batch.rows.get().cleaned[0]["taken"] == "市税务局"


def test_blank_units_are_one_question_a_sheet(send, cast: Cast):
    batch = send(*numbered("市教育局", None, "市税务局", None, "市教育局"))
    ((question,),) = (kind.questions for kind in asked(batch))
    assert (question.key, question.rows) == ("fill:名册", 2)
    batch = answer(batch, cast, "fill:名册", "above")
    assert batch.counts["new"] == 5
    rows = batch.rows.order_by("row")
    assert [row.cleaned for row in rows if row.cleaned] == [
        [{"column": UNIT, "sent": "", "taken": "市教育局"}],
        [{"column": UNIT, "sent": "", "taken": "市税务局"}],
    ]


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("sheet", ["名册", ""])
def test_a_text_file_has_no_sheet_to_be_named(kind: str, sheet: str):
    detail = dict.fromkeys(("column", "value", "near", "row", "name", "new", "old"), "九")
    sentence = sentence_of(kind, {**detail, "sheet": sheet})
    assert "“”" not in sentence and ("“名册”" in sentence) == (kind != NAME and sheet != "")


def test_blank_units_may_be_left_to_be_corrected(send, cast: Cast):
    batch = answer(send(*numbered("市教育局", None)), cast, "fill:名册", "leave")
    assert (batch.counts["new"], batch.counts["rejected"]) == (1, 1) and asked(batch) == []


@pytest.mark.parametrize(
    ("units", "new"),
    [
        (("市教育局", None, None, "市税务局", None), 5),
        (("市教育局", None, "市教育局", None), 2),  # the unit is repeated: a blank was forgotten
        (("市教育局", None, "市税务局", "青锋局"), 2),  # most rows name theirs
        ((None, "市教育局"), 1),
    ],
)
def test_where_nobody_can_be_asked_a_visibly_grouped_column_counts_downwards(
    tmp_path: Path, cast: Cast, units: tuple[str | None, ...], new: int
):
    path = save_roster(tmp_path / "a.xlsx", *numbered(*units))
    assert plan_roster(path).counts["new"] == new


def test_a_question_is_not_asked_about_a_row_that_has_another_error(send, cast: Cast):
    assert asked(send({**ZHOU, UNIT: "教育局", MOBILE: "1"})) == []


@pytest.mark.parametrize("answers", [{}, {"": "x"}, {"nonsense:a": "x"}, {"name:单位=教育局": ""}])
def test_no_answer_is_no_decision(send, cast: Cast, answers: dict[str, str]):
    batch = send(*numbered("教育局"))
    with pytest.raises(NothingDecided, match="请"):
        batches.decide(batch, answers, by=cast.city_officer)
    batch.refresh_from_db()
    assert batch.state == State.PREVIEWED and batch.decisions == {}


def test_who_decides_about_a_preview_that_another_has_decided_about_is_told(send, cast: Cast):
    batch = send(*numbered("教育局"))
    stale = ImportBatch.objects.get(pk=batch.pk)
    answer(batch, cast, "name:单位=教育局", "市教育局")
    batches.confirm(ImportBatch.objects.get(pk=batch.pk), by=cast.city_officer)
    with pytest.raises(BatchMovedOn):
        batches.decide(stale, {"name:单位=教育局": "市税务局"}, by=cast.city_colleague)


def test_an_answer_to_one_question_goes_before_one_to_all():
    assert Decisions({"fill:*": "leave", "fill:甲": "above"}).of(FILL, "甲") == "above"
    assert Decisions({"fill:*": "leave"}).of(FILL, "乙") == "leave"
