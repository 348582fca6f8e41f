"""A run: batch by batch, line by line, on record; tried twice, at once, and with a line that fails."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from celery.schedules import crontab
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.utils import timezone

from members.models import MobileProof, Registration
from notices.models import Delivery
from reports.models import RetentionRun
from reports.retention import running
from reports.retention.jobs import retain
from reports.retention.tests.cases import CASES, DAY, a_registration
from wishes.models import Wish
from xianfeng.celery import SCHEDULE
from xianfeng.lib.database import retention
from xianfeng.lib.database.retention import Rows, terms
from xianfeng.testing.cast import Cast, make_cast

Source = RetentionRun.Source
LATER = dt.timedelta(days=5 * 365)


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def everything(cast: Cast) -> int:
    """Something under each line that can stand beside the others, all of it over its term in five years."""
    with_own_key = [name for name in CASES if name not in ("export_queries",)]
    for name in with_own_key:
        CASES[name].make(cast, timezone.now() - 2 * DAY)
    return len(with_own_key)


def proofs(count: int) -> None:
    MobileProof.objects.bulk_create(
        MobileProof(mobile="13900000001", code_hash="x", expires_at=timezone.now() - 3 * DAY)
        for _n in range(count)
    )


def test_a_run_leaves_its_figures_and_a_second_one_finds_nothing(everything: int):
    first = running.run(Source.NIGHTLY, timezone.now() + LATER)
    assert first.failures == {} and first.total >= everything
    assert set(first.counts) == {term.name for term in terms()}
    second = running.run(Source.NIGHTLY, timezone.now() + LATER)
    assert (second.failures, second.total) == ({}, 0)


def test_rows_go_in_batches_and_all_of_them(db: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "BATCH", 10)
    proofs(25)
    (line,) = (term for term in terms() if term.name == "mobile_proofs")
    assert list(line.carry_out(timezone.now())) == [10, 10, 5]
    assert not MobileProof.objects.exists()


def test_a_line_that_fails_is_reported_and_stops_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def break_down(*_: object) -> Iterator[int]:
        yield 2
        raise ZeroDivisionError("周明 13900000001")

    lines = terms()
    broken = next(place for place, term in enumerate(lines) if term.name == "sessions")
    monkeypatch.setattr(type(lines[broken]), "carry_out", carry_out_but(lines[broken].name, break_down))
    proofs(3)
    a_registration(cast, timezone.now() - LATER, "returned")
    done = running.run(Source.COMMAND)
    assert done.failures == {"sessions": "ZeroDivisionError"}, "the error's own words may name somebody"
    assert (done.counts["sessions"], done.counts["mobile_proofs"]) == (2, 3)
    assert done.counts["registrations_closed"] == 1, "a line after it"


def carry_out_but(name: str, instead: Any) -> Any:
    original = Rows.carry_out
    return lambda term, at: instead(at) if term.name == name else original(term, at)


def test_a_failing_batch_is_taken_back_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """Half of a row's columns blanked would be neither here nor there."""
    row = a_registration(cast, timezone.now() - LATER, "returned")
    (line,) = (term for term in terms() if term.name == "registrations_closed")
    assert isinstance(line, Rows)

    def half(rows: Any) -> None:
        rows.update(mobile="")
        raise ZeroDivisionError

    broken = Rows(**{**vars(line), "forget": half})
    with pytest.raises(ZeroDivisionError):
        list(broken.carry_out(timezone.now()))
    assert Registration.objects.get().mobile == row.mobile


def test_a_worker_out_of_time_leaves_no_record_of_a_run(db: None, monkeypatch: pytest.MonkeyPatch):
    def too_long(*_: object) -> Iterator[int]:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(Rows, "carry_out", too_long)
    with pytest.raises(SoftTimeLimitExceeded):
        running.run(Source.NIGHTLY)
    assert not RetentionRun.objects.exists()


def test_a_wish_that_is_reopened_after_it_was_found_keeps_its_contact(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    wish = CASES["wishes_done"].make(cast, timezone.now() - LATER)
    original, found = Rows._some, []

    def find_and_reopen(term: Rows, at: dt.datetime, last: Any) -> list[Any]:
        keys = original(term, at, last)
        found.extend(keys)
        Wish.objects.update(state="published", fulfilled_at=None)
        return keys

    monkeypatch.setattr(Rows, "_some", find_and_reopen)
    (line,) = (term for term in terms() if term.name == "wishes_done")
    assert list(line.carry_out(timezone.now())) == [0]
    assert isinstance(wish, Wish) and found == [wish.pk], "it was due when the run looked"
    assert Wish.objects.get().contact_mobile


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_take_each_row_once():
    cast = make_cast()
    proofs(3_000)
    for _n in range(20):
        CASES["delivery_addresses"].make(cast, timezone.now() - LATER)

    def one(_n: int) -> RetentionRun:
        try:
            return running.run(Source.NIGHTLY)
        finally:
            connection.close() if not connection.in_atomic_block else close_old_connections()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one, range(2)))
    assert [each.failures for each in done] == [{}, {}]
    assert sum(each.counts["mobile_proofs"] for each in done) == 3_000
    assert sum(each.counts["delivery_addresses"] for each in done) == 20
    assert not MobileProof.objects.exists()
    assert {delivery.address for delivery in Delivery.objects.all()} == {""}


def test_the_job_runs_at_the_hour_that_the_page_names(db: None):
    job, when, _arguments = SCHEDULE["retention"]
    assert job == retain.name and isinstance(when, crontab)
    assert (when.hour, when.minute) == ({running.NIGHT[0]}, {running.NIGHT[1]})
    retain()
    assert RetentionRun.objects.get().source == Source.NIGHTLY


@pytest.mark.parametrize(("ago", "late"), [(25, False), (26, True), (49, True)])
def test_a_missed_night_is_late(ago: int, late: bool, monkeypatch: pytest.MonkeyPatch):
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    run = RetentionRun(started_at=now, finished_at=now - dt.timedelta(hours=ago))
    assert running.is_late(run) is late


# --- The command ----------------------------------------------------------------------------------


def said(*options: str) -> str:
    out = StringIO()
    call_command("retain", *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_says_how_many_and_changes_nothing(cast: Cast):
    proofs(3)
    assert "mobile_proofs: 3 of 3 (" in said("--dry-run")
    assert MobileProof.objects.count() == 3 and not RetentionRun.objects.exists()


def test_the_command_carries_out_and_is_on_record(cast: Cast):
    proofs(3)
    answer = said()
    assert "mobile_proofs: 3 (" in answer and "13900000001" not in answer
    assert not MobileProof.objects.exists()
    assert RetentionRun.objects.get().source == Source.COMMAND


def test_a_failing_line_ends_the_command_with_an_error(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def break_down(*_: object) -> Iterator[int]:
        raise ZeroDivisionError

    monkeypatch.setattr(Rows, "carry_out", break_down)
    with pytest.raises(SystemExit):
        said()
    assert RetentionRun.objects.get().failures
