"""An export on its way: at once or by a worker, once per key, taken up when lost, gone after a week."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from members.models import Appointment, Member
from notices.models import Notice
from reports.exports import jobs, making, rules
from reports.exports.tests.desk import content, ordered, table
from reports.models import Export
from xianfeng.lib.refusal import KeyReused
from xianfeng.testing.cast import Cast

State = Export.State


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of four is a long one."""
    monkeypatch.setattr(making, "AT_ONCE", 3)


def files(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*.*") if path.is_file())


def states(export: Export) -> list[str]:
    return list(export.events.values_list("to_state", flat=True))


def test_a_short_list_is_made_at_once_and_needs_no_message(cast: Cast, handed_out: list[Any], media: Path):
    export = ordered(cast.city_officer, "members")
    assert export.state == State.READY and export.rows == export.done == 4 and handed_out == []
    assert states(export) == ["waiting", "working", "ready"]
    assert len(files(media)) == 1 and not Notice.objects.filter(kind="export").exists()
    assert export.expires_at and dt.timedelta(days=6) < export.expires_at - timezone.now() < dt.timedelta(
        days=8
    )


def test_two_thousand_rows_are_made_at_once_and_one_more_are_not(cast: Cast, handed_out: list[Any]):
    assert making.AT_ONCE == 2_000
    Member.objects.bulk_create(
        Member(name=f"党员{n}", mobile=f"1390{n:07d}", unit=cast.unit) for n in range(1_996)
    )
    assert ordered(cast.city_officer, "members", key="2000").state == State.READY
    Member.objects.create(name="又一人", mobile="13911111111", unit=cast.unit)
    assert ordered(cast.city_officer, "members", key="2001").state == State.WAITING


def test_a_long_list_waits_for_a_worker_who_tells_when_it_is_there(
    cast: Cast, long: None, handed_out: list[Any], django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        export = ordered(cast.city_officer, "members")
    assert export.state == State.WAITING and handed_out == [(making.JOB, export.pk)]
    jobs.make_export(export.pk)
    export.refresh_from_db()
    assert export.state == State.READY and len(table(export)) == 1 + 4
    notice = Notice.objects.get(kind="export")
    assert notice.recipient == cast.city_officer and "党员名单" in notice.subject
    assert notice.url == f"/desk/exports/{export.pk}/" and not notice.deliveries.exists()


def test_a_second_worker_leaves_a_file_alone_that_is_made(cast: Cast, long: None, media: Path):
    export = ordered(cast.city_officer, "members")
    jobs.make_export(export.pk)
    jobs.make_export(export.pk)
    assert len(files(media)) == 1 and Notice.objects.filter(kind="export").count() == 1
    assert states(export) == ["waiting", "working", "ready"]


def test_a_double_click_makes_one_export(
    cast: Cast, long: None, handed_out: list[Any], django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        assert ordered(cast.city_officer, "members") == ordered(cast.city_officer, "members")
    assert Export.objects.count() == 1 and len(handed_out) == 1


def test_a_key_is_not_used_for_another_content_but_by_another_person(cast: Cast):
    ordered(cast.city_officer, "members")
    for other in ({"query": "q=李"}, {"columns": ["member"]}, {"format": "csv"}):
        with pytest.raises(KeyReused):
            ordered(cast.city_officer, "members", **other)
    ordered(cast.unit_clerk, "members")
    assert Export.objects.count() == 2


def test_an_empty_list_and_one_longer_than_a_sheet_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(rules.NothingToExport):
        ordered(cast.city_officer, "members", "q=无此人")
    monkeypatch.setattr(rules, "MOST", 3)
    with pytest.raises(rules.TooManyRows):
        ordered(cast.city_officer, "members")
    assert not Export.objects.exists()


def test_the_rights_are_those_of_the_appointment_when_the_job_runs(cast: Cast, long: None, media: Path):
    export = ordered(cast.city_officer, "members")
    Appointment.objects.filter(user=cast.city_officer).update(
        ends_on=timezone.localdate() - dt.timedelta(days=1)
    )
    Appointment.objects.create(user=cast.city_officer, organization=cast.unit, role="clerk")
    jobs.make_export(export.pk)
    export.refresh_from_db()
    assert export.state == State.FAILED and "任职" in export.error and files(media) == []
    assert "没有完成" in Notice.objects.get(kind="export").subject


def test_the_desk_chosen_meanwhile_changes_nothing(cast: Cast, long: None):
    """Two posts at once: the file has what the post saw that it was ordered under."""
    export = ordered(cast.secretary, "members")
    Appointment.objects.create(
        user=cast.secretary, organization=cast.estate, role="clerk", starts_on=dt.date(2020, 1, 1)
    )
    Export.objects.filter(pk=export.pk).update(state=State.WAITING)
    making.make(export.pk)
    export.refresh_from_db()
    assert export.state == State.READY and export.rows == 3


def test_an_unexpected_error_leaves_an_export_that_says_what_to_do(
    cast: Cast, media: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(making.WRITERS, "xlsx", broken)
    export = ordered(cast.city_officer, "members")
    assert export.state == State.FAILED and "重新导出" in export.error and files(media) == []


def stale(export: Export, **fields: Any) -> None:
    Export.objects.filter(pk=export.pk).update(beat_at=timezone.now() - dt.timedelta(hours=1), **fields)


@pytest.mark.parametrize("left", [State.WAITING, State.WORKING])
def test_a_lost_job_is_handed_out_again(
    cast: Cast,
    long: None,
    left: str,
    handed_out: list[Any],
    media: Path,
    django_capture_on_commit_callbacks: Any,
):
    export = ordered(cast.city_officer, "members")
    stale(export, state=left)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.sweep_exports()
        jobs.sweep_exports()  # it is alive again
    assert handed_out == [(making.JOB, export.pk)]
    jobs.make_export(export.pk)
    export.refresh_from_db()
    assert export.state == State.READY and len(files(media)) == 1


def test_what_is_worked_on_is_not_swept(cast: Cast, long: None, handed_out: list[Any]):
    ordered(cast.city_officer, "members")
    assert making.sweep() == 0 and handed_out == []


def test_a_worker_that_was_taken_for_dead_leaves_the_other_ones_file(
    cast: Cast, long: None, media: Path, monkeypatch: pytest.MonkeyPatch
):
    """The first one wakes up when the second has made the file."""
    export = ordered(cast.city_officer, "members")
    write = making.WRITERS["xlsx"]

    def slow(*arguments: Any) -> int:
        monkeypatch.setitem(making.WRITERS, "xlsx", write)
        stale(export)
        making.sweep()
        jobs.make_export(export.pk)
        return write(*arguments)

    monkeypatch.setitem(making.WRITERS, "xlsx", slow)
    jobs.make_export(export.pk)
    export.refresh_from_db()
    assert export.state == State.READY and files(media) == [Path(str(export.file)).name]
    assert Notice.objects.filter(kind="export").count() == 1 and len(table(export)) == 5


def test_what_a_dead_worker_left_in_the_storage_is_removed(cast: Cast, long: None, media: Path):
    export = ordered(cast.city_officer, "members")
    jobs.make_export(export.pk)
    stale(export, state=State.WORKING)  # it died between the file and its mark
    making.sweep()
    jobs.make_export(export.pk)
    assert len(files(media)) == 1


def test_progress_is_told_while_the_file_is_written(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "STEP", 2)
    seen: list[int] = []
    beat = making.beat

    def told(export: Export, **fields: int) -> None:
        seen.append(fields["done"])
        beat(export, **fields)

    monkeypatch.setattr(making, "beat", told)
    ordered(cast.city_officer, "members")
    assert seen == [2, 4]


def test_a_file_is_gone_after_a_week_and_its_row_stays(cast: Cast, media: Path):
    export, fresh = ordered(cast.city_officer, "members"), ordered(cast.city_officer, "members", key="2")
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    jobs.expire_exports()
    jobs.expire_exports()
    export.refresh_from_db()
    assert export.state == State.EXPIRED and not export.file
    assert files(media) == [Path(str(fresh.file)).name] and content(fresh)


def test_a_sweep_that_died_after_the_file_marks_the_row_at_the_next_time(cast: Cast):
    export = ordered(cast.city_officer, "members")
    default_storage.delete(str(export.file))
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert making.expire() == 1
