"""What a file holds beyond the roster's columns is kept nowhere; ID numbers are kept nowhere at all."""

import datetime as dt
import io
import json
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from members.importing import batches
from members.importing.rejected import rejected_workbook
from members.importing.roster import plan_roster
from members.importing.roster.columns import HEADERS, INTENTIONS, MOBILE, NAME, NOTE, POSITION, SKILLS, UNIT
from members.models import ImportBatch, ImportEvent, ImportRow
from members.terms import TERMS
from notices.models import Notice
from xianfeng.lib.times import format_moment
from xianfeng.testing.cast import Cast

from .rosters import ZHOU, save_roster

pytestmark = pytest.mark.usefixtures("handed_out")

State = ImportBatch.State
ID = "330681195503051234"


def sent(cast: Cast, path: Path) -> ImportBatch:
    batch = batches.upload("roster", SimpleUploadedFile("a.xlsx", path.read_bytes()), by=cast.city_officer)
    batches.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def everything_stored(media: Path) -> str:
    rows = serializers.serialize("json", [*ImportRow.objects.all(), *ImportBatch.objects.all()])
    files = [path.read_bytes().decode("latin-1") for path in media.rglob("*") if path.is_file()]
    return json.dumps(json.loads(rows), ensure_ascii=False) + "".join(files)


def test_the_file_is_gone_when_the_batch_is_confirmed(
    cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks
):
    columns = (*HEADERS, "身份证号")
    batch = sent(cast, save_roster(tmp_path / "a.xlsx", {**ZHOU, "身份证号": ID}, columns=columns))
    assert batch.counts["unknown_columns"] == ["身份证号"]
    with django_capture_on_commit_callbacks(execute=True):
        batches.confirm(batch, by=cast.city_officer)
        batches.write(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.CONFIRMED and batch.file.name == ""
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert ID not in everything_stored(tmp_path / "media")
    assert batch.rows.get().values.keys() <= set(HEADERS)


def test_a_file_left_by_a_crash_goes_with_the_next_sweep(cast: Cast, tmp_path: Path):
    batch = sent(cast, save_roster(tmp_path / "a.xlsx", ZHOU))
    path = Path(batch.file.path)
    batches.sweep()
    assert path.exists(), "the preview still needs it"
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.CONFIRMED)
    batches.sweep()
    batches.sweep()
    assert not path.exists()


def test_the_name_that_the_file_came_with_is_kept_nowhere(cast: Cast, tmp_path: Path):
    content = save_roster(tmp_path / "a.xlsx", ZHOU).read_bytes()
    file = SimpleUploadedFile("周明离婚后改名名单.xlsx", content)
    batch = batches.upload("roster", file, by=cast.city_officer)
    batches.check(batch.pk)
    kept = [*ImportBatch.objects.all(), *ImportEvent.objects.all(), *ImportRow.objects.all()]
    stored = json.dumps(json.loads(serializers.serialize("json", kept)), ensure_ascii=False)
    assert "离婚" not in stored and not [path for path in tmp_path.rglob("*") if "离婚" in path.name]
    assert batch.label == f"{cast.city} {format_moment(batch.created_at, weekday=False)} 党员名册"


def test_a_preview_that_nobody_comes_back_to_is_dropped(
    cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks
):
    batch = sent(cast, save_roster(tmp_path / "a.xlsx", ZHOU))
    path = Path(batch.file.path)
    (term,) = (term for term in TERMS if term.name == "imports_undecided")
    ImportBatch.objects.update(beat_at=timezone.now() - batches.KEPT_UNDECIDED + dt.timedelta(hours=1))
    assert sum(term.carry_out(timezone.now())) == 0
    batch.refresh_from_db()
    assert batch.state == State.PREVIEWED
    ImportBatch.objects.update(beat_at=timezone.now() - batches.KEPT_UNDECIDED - dt.timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert sum(term.carry_out(timezone.now())) == 1
    batch.refresh_from_db()
    assert batch.state == State.DISCARDED and not path.exists() and not batch.rows.exists()


@pytest.mark.parametrize("column", [POSITION, SKILLS, INTENTIONS, NOTE])
@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"证件{ID}号",
        "33068119550305123x",
        "330681 19550305 1234",
        "330681-19550305-1234",
        "３３０６８１１９５５０３０５１２３４",
        "330681\u200b195503051234",
        "330681550305123",
        330681195503051234.0,
    ],
)
def test_an_id_number_in_a_text_is_refused_with_the_remedy(
    cast: Cast, tmp_path: Path, column: str, text: str | float
):
    plan = plan_roster(save_roster(tmp_path / "a.xlsx", {**ZHOU, column: text}))
    (error,) = plan.errors()
    assert (error["column"], error["code"]) == (column, "id_number_in_text")
    assert "身份证号" in error["message"] and "请" in error["message"]
    assert "1955" not in str(plan.as_dict()) + str(plan.rows[0].values)


@pytest.mark.parametrize(
    ("column", "code"), [(NAME, "name_invalid"), (MOBILE, "mobile_invalid"), (UNIT, "unit_unknown")]
)
def test_an_id_number_in_another_column_is_not_kept_either(
    cast: Cast, tmp_path: Path, column: str, code: str
):
    batch = sent(cast, save_roster(tmp_path / "a.xlsx", {**ZHOU, column: f"周明{ID}"}))
    assert [error["code"] for error in batch.rows.get().errors] == [code]
    batch.file.delete()
    assert ID not in everything_stored(tmp_path / "media")


@pytest.mark.parametrize(
    "text", ["20260305", "工号 330681000000001", "2026-03-05 至 2027-03-05", "一二三四五六七八九十一二三四五"]
)
def test_other_long_texts_and_numbers_stay(cast: Cast, tmp_path: Path, text: str):
    plan = plan_roster(save_roster(tmp_path / "a.xlsx", {**ZHOU, NOTE: text}))
    assert plan.rows[0].fields["note"] == text


def test_the_returned_row_lacks_the_number_and_goes_in_as_it_is(cast: Cast, tmp_path: Path):
    batch = sent(cast, save_roster(tmp_path / "a.xlsx", {**ZHOU, NOTE: f"骨干 {ID}"}))
    content = rejected_workbook(batch)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert ID not in str(rows)
    again = tmp_path / "again.xlsx"
    again.write_bytes(content)
    assert plan_roster(again).rows[0].fields["note"] == "骨干"


def test_the_migration_takes_names_out_of_histories_and_messages(cast: Cast, tmp_path: Path):
    batch = sent(cast, save_roster(tmp_path / "a.xlsx", ZHOU))
    batch.events.filter(from_state="").update(note="周明离婚后改名名单.xlsx")
    batch.events.create(from_state="confirmed", to_state="undoing", note="传错了")
    told = [
        ("市教育局：名册导入，新增 1 人", "周市委 导入了“离婚.xlsx”。请核对；如有“不对”，请联系。"),
        ("您导入的“离婚.xlsx”已被撤销", "周市委 撤销了这一批，原因：“重复”。"),
    ]
    for key, (subject, body) in enumerate(told):
        fields = {"recipient": cast.unit_clerk, "kind": "roster_import", "key": f"import:{key}"}
        Notice.objects.create(subject=subject, body=body, **fields)
    import_module("members.migrations.0017_forget_file_names").forget_names(apps, None)
    assert {*batch.events.values_list("note", flat=True)} == {"", "传错了"}
    assert [*Notice.objects.order_by("key").values_list("subject", "body")] == [
        ("市教育局：名册导入，新增 1 人", "周市委 导入了一份名册。请核对；如有“不对”，请联系。"),
        ("您导入的一份名册已被撤销", "周市委 撤销了这一批，原因：“重复”。"),
    ]
