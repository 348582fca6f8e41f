"""A file on its way: uploaded, checked, confirmed, undone; tried twice, dropped, left by dead workers."""

import datetime as dt
import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from python_calamine import CalamineWorkbook

from members.importing import batches
from members.importing.jobs import sweep_imports
from members.importing.organizations import REQUIRED
from members.importing.rejected import rejected_workbook
from members.importing.roster import plan_roster
from members.importing.roster.columns import MOBILE, NAME, POSITION, UNIT
from members.importing.rules import (
    UNDOABLE_FOR,
    BatchMovedOn,
    NotAllowedHere,
    NothingToImport,
    NotUndoable,
    undo_obstacle,
)
from members.models import ContactReveal, ImportBatch, Member, Organization, User
from members.organizations.appointing import grant
from members.people.privacy import reveal
from xianfeng.lib.refusal import ReasonNeeded
from xianfeng.lib.tests.workbooks import save_workbook
from xianfeng.testing.cast import Cast, make_cast

from .rosters import MALFORMED, ZHOU, save_roster

pytestmark = pytest.mark.usefixtures("handed_out")

State = ImportBatch.State
WU = {**ZHOU, NAME: "吴明", MOBILE: "13900000002"}
BAD = {**ZHOU, MOBILE: "139", POSITION: "=HYPERLINK(1)"}


def confirm(batch: ImportBatch, by: User) -> ImportBatch:
    batches.confirm(batch, by=by)
    batches.write(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def undo(batch: ImportBatch, by: User) -> ImportBatch:
    batches.undo(batch, reason="传错了", by=by)
    batches.take_back(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def listed(*mobiles: str) -> QuerySet[Member]:
    return Member.objects.filter(mobile__in=mobiles)


# --- Preview ---


def test_a_preview_stores_what_every_row_would_do_and_writes_no_member(send, cast: Cast):
    batch = send(ZHOU, BAD, {NAME: "孙丽", MOBILE: cast.sun.mobile, UNIT: "市税务局"})
    assert batch.state == State.PREVIEWED
    assert batch.counts["new"] == batch.counts["rejected"] == batch.counts["changed"] == 1
    assert [row.outcome for row in batch.rows.order_by("row")] == ["new", "rejected", "changed"]
    assert Member.objects.count() == 4


def test_a_file_that_cannot_be_read_fails_with_the_reason(cast: Cast):
    file = SimpleUploadedFile("名册.xlsx", (MALFORMED / "zip_bomb.xlsx").read_bytes())
    batch = batches.upload("roster", file, by=cast.city_officer)
    batches.check(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.FAILED and "请" in batch.error


def test_an_unexpected_error_leaves_a_batch_that_says_what_to_do(
    send, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(batches, "plan_for", broken)
    batch = send(ZHOU)
    assert batch.state == State.FAILED and "重新上传" in batch.error


def test_the_upload_starts_its_check_after_the_commit(
    tmp_path: Path, cast: Cast, handed_out: list[Any], django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        file = SimpleUploadedFile("../../名册.xlsx", save_roster(tmp_path / "a.xlsx", ZHOU).read_bytes())
        batch = batches.upload("roster", file, by=cast.city_officer)
        assert not handed_out
    assert handed_out == [("members.check_import", batch.pk)]
    assert re.fullmatch(r"imports/\d{4}/\d\d/[0-9a-f]{16}\.xlsx", str(batch.file))


def test_a_changed_roster_asks_for_a_new_forecast(
    send, cast: Cast, handed_out: list[Any], django_capture_on_commit_callbacks
):
    """Writing it and taking it back: each after its commit."""
    batch = send(ZHOU)
    with django_capture_on_commit_callbacks(execute=True):
        batch = confirm(batch, cast.city_officer)
        assert ("flags.renew_forecast",) not in handed_out
    assert handed_out.count(("flags.renew_forecast",)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        undo(batch, cast.city_officer)
    assert handed_out.count(("flags.renew_forecast",)) == 2


@pytest.mark.parametrize(
    ("who", "kind"), [("unit_clerk", "organizations"), ("secretary", "roster"), ("auditor", "roster")]
)
def test_who_may_not_upload(cast: Cast, who: str, kind: str):
    with pytest.raises(NotAllowedHere):
        batches.upload(kind, SimpleUploadedFile("a.csv", b"x"), by=getattr(cast, who))


def test_a_unit_clerk_imports_on_behalf_of_the_own_unit_only(send, cast: Cast):
    batch = send(ZHOU, {**WU, UNIT: "市税务局"}, by=cast.unit_clerk)
    assert batch.organization == cast.unit
    assert (batch.counts["new"], batch.counts["rejected"]) == (1, 1)


def test_after_ninety_days_it_cannot_be_taken_back_any_more(send, cast: Cast):
    batch = confirm(send(ZHOU), cast.city_officer)
    for past, undoable in ((dt.timedelta(minutes=-1), True), (dt.timedelta(minutes=1), False)):
        batch.confirmed_at = timezone.now() - UNDOABLE_FOR - past
        batch.save()
        obstacle = undo_obstacle(batch)
        assert (obstacle is None) is undoable
    assert obstacle and "90 天" in obstacle.message and "逐个更正" in obstacle.message
    with pytest.raises(NotUndoable):
        batches.undo(batch, reason="传错了", by=cast.city_officer)


# --- Confirmation ---


def test_confirming_writes_all_good_rows_and_leaves_the_bad_ones(send, cast: Cast):
    batch = confirm(send(ZHOU, BAD, WU), cast.city_officer)
    assert batch.state == State.CONFIRMED and batch.confirmed_by == cast.city_officer
    assert set(listed(ZHOU[MOBILE], WU[MOBILE]).values_list("batch", flat=True)) == {batch.pk}
    assert [(event.to_state, event.by) for event in batch.events.all()] == [
        ("uploaded", cast.city_officer),
        ("checking", None),
        ("previewed", None),
        ("confirming", cast.city_officer),
        ("confirmed", cast.city_officer),
    ]


def test_a_job_that_runs_twice_writes_once(send, cast: Cast):
    batch = confirm(send(ZHOU), cast.city_officer)
    batches.write(batch.pk)
    batches.check(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.CONFIRMED
    assert batch.events.filter(to_state="confirmed").count() == 1


def test_a_batch_is_confirmed_once(send, cast: Cast):
    batch = send(ZHOU)
    stale = ImportBatch.objects.get(pk=batch.pk)
    batches.confirm(batch, by=cast.city_officer)
    with pytest.raises(BatchMovedOn):
        batches.confirm(stale, by=cast.city_colleague)


def test_a_batch_without_good_rows_is_not_confirmed(send, cast: Cast):
    with pytest.raises(NothingToImport):
        batches.confirm(send(BAD), by=cast.city_officer)


def test_confirming_plans_again_on_what_the_roster_holds_by_then(send, cast: Cast):
    first, second = send(ZHOU), send(ZHOU, WU)
    confirm(first, cast.city_officer)
    batch = confirm(second, cast.city_officer)
    assert (batch.counts["new"], batch.counts["unchanged"]) == (1, 1)
    assert listed(ZHOU[MOBILE]).get().batch == first


def test_rows_that_will_do_something_else_than_the_preview_said_are_stored_anew(send, cast: Cast):
    """The undo needs what really was there before."""
    sun = {NAME: "孙丽", MOBILE: cast.sun.mobile, UNIT: "市税务局", POSITION: "科长"}
    batch = send(sun)
    Member.objects.filter(pk=cast.sun.pk).update(position="主任")
    batch = confirm(batch, cast.city_officer)
    assert batch.rows.get().changes["position"] == ["主任", "科长"]
    undo(batch, cast.city_officer)
    cast.sun.refresh_from_db()
    assert cast.sun.position == "主任"


def test_rows_written_by_somebody_else_in_the_last_moment_lead_to_another_check(
    send, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """The plan saw no such member; when it is written there is one."""
    batch = send(ZHOU)
    batches.confirm(batch, by=cast.city_officer)
    true_apply = batches.apply

    def late(plan: Any, batch: ImportBatch) -> None:
        Member.objects.create(name="周明", mobile=ZHOU[MOBILE], unit=cast.unit)
        true_apply(plan, batch)

    monkeypatch.setattr(batches, "apply", late)
    batches.write(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.UPLOADED
    assert "重新检查" in batch.events.last().note


def test_nothing_of_a_batch_is_kept_when_its_last_row_fails(
    send, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    batch = send(ZHOU, WU)
    batches.confirm(batch, by=cast.city_officer)

    true_apply = batches.apply

    def broken(plan: Any, batch: ImportBatch) -> None:
        true_apply(plan, batch)
        raise ZeroDivisionError

    monkeypatch.setattr(batches, "apply", broken)
    with pytest.raises(ZeroDivisionError):
        batches.write(batch.pk)
    assert not listed(ZHOU[MOBILE], WU[MOBILE]).exists()
    assert batch.rows.count() == 2


# --- Rejected rows ---


def test_rejected_rows_come_back_as_a_workbook_that_can_be_corrected_and_sent_again(
    send, cast: Cast, tmp_path: Path
):
    content = rejected_workbook(send(ZHOU, BAD, {**WU, MOBILE: "+86 1390000"}))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    header, first, second = sheet
    assert header[-2:] == ["错误原因", "原表行号"]
    assert "手机号" in str(first[-2]) and first[-1] == "3"
    assert first[header.index(POSITION)] == "'=HYPERLINK(1)", "never a formula"
    first[header.index(MOBILE)], second[header.index(MOBILE)] = "13900000003", "'+8613900000004"
    path = save_workbook(tmp_path / "again.xlsx", {"名册": sheet})
    plan = plan_roster(path)
    assert plan.counts["new"] == 2 and plan.unknown_columns == ["错误原因", "原表行号"]
    assert plan.rows[0].fields["position"] == "=HYPERLINK(1)"


# --- Undo ---


def test_undoing_deletes_what_was_new_and_restores_what_was_changed(send, cast: Cast):
    sun = {NAME: "孙丽", MOBILE: cast.sun.mobile, UNIT: "市税务局", POSITION: "科长"}
    batch = confirm(send(ZHOU, sun), cast.city_officer)
    batch = undo(batch, cast.city_officer)
    assert batch.state == State.UNDONE and batch.undo_reason == "传错了"
    assert not listed(ZHOU[MOBILE]).exists()
    cast.sun.refresh_from_db()
    assert (cast.sun.unit, cast.sun.position, cast.sun.community) == (cast.unit, "", cast.community)


def test_undoing_leaves_what_was_edited_since(send, cast: Cast):
    sun = {NAME: "孙丽", MOBILE: cast.sun.mobile, UNIT: "市税务局", POSITION: "科长"}
    batch = confirm(send(sun), cast.city_officer)
    Member.objects.filter(pk=cast.sun.pk).update(position="局长")
    undo(batch, cast.city_officer)
    cast.sun.refresh_from_db()
    assert (cast.sun.unit, cast.sun.position) == (cast.unit, "局长")


@pytest.mark.parametrize("reason", ["", "  ", "错" * 301])
def test_an_undo_needs_a_reason(send, cast: Cast, reason: str):
    batch = confirm(send(ZHOU), cast.city_officer)
    with pytest.raises(ReasonNeeded, match="请"):
        batches.undo(batch, reason=reason, by=cast.city_officer)
    batch.refresh_from_db()
    assert batch.state == State.CONFIRMED and listed(ZHOU[MOBILE]).exists()


@pytest.mark.parametrize("row", [ZHOU, {NAME: "孙丽", MOBILE: "13800000004", UNIT: "市税务局"}])
def test_a_batch_with_somebody_who_has_registered_is_not_undone(send, cast: Cast, row: dict[str, Any]):
    batch = confirm(send(row), cast.city_officer)
    assert undo_obstacle(batch) is None
    listed(row[MOBILE]).update(state=Member.State.REGISTERED, registered_at=timezone.now())
    with pytest.raises(NotUndoable, match="1 人报到"):
        batches.undo(batch, reason="传错了", by=cast.city_officer)


def test_an_undo_takes_no_look_at_personal_data_out_of_the_log(send, cast: Cast):
    batch = confirm(send(ZHOU), cast.city_officer)
    reveal(listed(ZHOU[MOBILE]).get(), "mobile", reason="电话核实名册", by=cast.city_officer)
    with pytest.raises(NotUndoable, match="查看记录"):
        batches.undo(batch, reason="传错了", by=cast.city_officer)
    assert ContactReveal.objects.count() == listed(ZHOU[MOBILE]).count() == 1


def test_who_registers_between_the_click_and_the_job_stops_the_undo(send, cast: Cast):
    batch = confirm(send(ZHOU, WU), cast.city_officer)
    batches.undo(batch, reason="传错了", by=cast.city_officer)
    listed(ZHOU[MOBILE]).update(state=Member.State.PENDING)
    batches.take_back(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.CONFIRMED and "报到" in batch.error
    assert listed(ZHOU[MOBILE], WU[MOBILE]).count() == 2


def test_an_organisation_list_is_undone_while_nobody_uses_it(cast: Cast, tmp_path: Path):
    rows = [
        REQUIRED,
        ("U8", "T", "unit", "市财政局"),
        ("U9", "U8", "unit", "财政局机关"),
        ("TU2", "T", "unit", "市税务总局"),
    ]
    content = save_workbook(tmp_path / "a.xlsx", {"组织": rows}).read_bytes()

    def imported() -> ImportBatch:
        batch = batches.upload("organizations", SimpleUploadedFile("a.xlsx", content), by=cast.city_officer)
        batches.check(batch.pk)
        batch.refresh_from_db()
        return confirm(batch, cast.city_officer)

    assert undo(imported(), cast.city_officer).state == State.UNDONE
    assert not Organization.objects.filter(code__in=["U8", "U9"]).exists()
    assert Organization.objects.get(code="TU2").name == "市税务局"
    batch = imported()
    Member.objects.create(name="周明", mobile=ZHOU[MOBILE], unit=Organization.objects.get(code="U9"))
    batch = undo(batch, cast.city_officer)
    assert batch.state == State.CONFIRMED and batch.error
    assert Organization.objects.filter(code__in=["U8", "U9"]).count() == 2


def test_an_organisation_with_somebody_in_office_is_not_taken_back(cast: Cast, tmp_path: Path):
    rows = [REQUIRED, ("U8", "T", "unit", "市财政局")]
    content = save_workbook(tmp_path / "a.xlsx", {"组织": rows}).read_bytes()
    file = SimpleUploadedFile("a.xlsx", content)
    batch = batches.upload("organizations", file, by=cast.city_officer)
    batches.check(batch.pk)
    batch = confirm(ImportBatch.objects.get(pk=batch.pk), cast.city_officer)
    unit = Organization.objects.get(code="U8")
    grant(user=cast.clerk, organization=unit, role="clerk", by=cast.city_officer)
    batch = undo(batch, cast.city_officer)
    assert batch.state == State.CONFIRMED and batch.error
    assert unit.appointments.count() == 1


# --- Dropping, dying ---


def test_dropping_a_batch_deletes_its_file_and_rows(send, cast: Cast, django_capture_on_commit_callbacks):
    batch = send(ZHOU)
    path = Path(batch.file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        batches.discard(batch, by=cast.city_officer)
    assert not path.exists() and not batch.rows.exists()
    with pytest.raises(BatchMovedOn):
        batches.confirm(batch, by=cast.city_officer)


def test_what_was_imported_is_not_dropped(send, cast: Cast):
    with pytest.raises(BatchMovedOn):
        batches.discard(confirm(send(ZHOU), cast.city_officer), by=cast.city_officer)


@pytest.mark.parametrize(
    ("state", "job", "after"),
    [
        (State.UPLOADED, "members.check_import", State.UPLOADED),
        (State.CHECKING, "members.check_import", State.UPLOADED),
        (State.CONFIRMING, "members.write_import", State.CONFIRMING),
        (State.UNDOING, "members.take_back_import", State.UNDOING),
    ],
)
def test_a_batch_left_by_a_dead_worker_is_handed_out_again(
    send, cast: Cast, handed_out: list[Any], django_capture_on_commit_callbacks, state, job, after
):
    batch = send(ZHOU)
    fresh = send(WU)
    long_ago = timezone.now() - dt.timedelta(minutes=3)
    ImportBatch.objects.filter(pk=batch.pk).update(state=state, beat_at=long_ago)
    ImportBatch.objects.filter(pk=fresh.pk).update(state=state)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_imports()
        sweep_imports()
    assert handed_out == [(job, batch.pk)], "once, and not the one at work"
    batch.refresh_from_db()
    assert batch.state == after


def test_a_worker_that_lost_its_batch_does_not_touch_it_any_more(
    send, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """The first worker was slow, not dead: a second one has finished the check meanwhile."""
    batch = send(ZHOU)
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.UPLOADED)
    true_plan = batches.plan_for

    def slow(slow_batch: ImportBatch, *rest: Any) -> Any:
        monkeypatch.setattr(batches, "plan_for", true_plan)
        ImportBatch.objects.filter(pk=batch.pk).update(state=State.UPLOADED, beat_at=timezone.now())
        batches.check(batch.pk)
        return true_plan(slow_batch, *rest)

    monkeypatch.setattr(batches, "plan_for", slow)
    batches.check(batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.PREVIEWED
    assert batch.events.filter(to_state="previewed").count() == 2, (
        "the first preview, and the second worker's"
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_confirmation_write_it_once(tmp_path: Path):
    assert connection.vendor == "postgresql"
    cast = make_cast()
    content = save_roster(tmp_path / "a.xlsx", ZHOU, WU).read_bytes()
    batch = batches.upload("roster", SimpleUploadedFile("a.xlsx", content), by=cast.city_officer)
    batches.check(batch.pk)
    batch.refresh_from_db()
    batches.confirm(batch, by=cast.city_officer)

    def write() -> None:
        try:
            batches.write(batch.pk)
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write) for _ in range(4)]:
            done.result()
    assert batch.events.filter(to_state="confirmed").count() == 1
    assert listed(ZHOU[MOBILE], WU[MOBILE]).count() == 2
    assert batch.rows.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_workers_meet_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The negative control: take the guard away, and the second worker fails on the first one's rows."""
    cast = make_cast()
    content = save_roster(tmp_path / "a.xlsx", ZHOU).read_bytes()
    batch = batches.upload("roster", SimpleUploadedFile("a.xlsx", content), by=cast.city_officer)
    batches.check(batch.pk)
    batch.refresh_from_db()
    batches.confirm(batch, by=cast.city_officer)
    monkeypatch.setattr(batches, "locked", lambda *_: True)
    true_apply = batches.apply
    again: list[str] = []
    monkeypatch.setattr(batches, "check_again", lambda batch: again.append(batch.state))

    def overtaken(plan: Any, batch: ImportBatch) -> None:
        monkeypatch.setattr(batches, "apply", true_apply)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(other_worker).result()
        true_apply(plan, batch)

    def other_worker() -> None:
        with transaction.atomic():
            batches.write(batch.pk)
        connection.close()

    monkeypatch.setattr(batches, "apply", overtaken)
    batches.write(batch.pk)
    assert again == [State.CONFIRMED]
