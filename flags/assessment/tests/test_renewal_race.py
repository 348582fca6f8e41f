"""The forecast beside an import that is taken back, and beside leave granted out of order (PostgreSQL)."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from flags.assessment import assessing
from members.importing import batches
from members.models import Exemption, ImportBatch, Member
from xianfeng.lib.database import contention
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_cast, make_member

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PATIENCE = 300  # seconds until a thread that should go on counts as stuck


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def batch(cast: Cast) -> ImportBatch:
    """An import of one newcomer, which is being taken back."""
    batch = ImportBatch.objects.create(
        kind="roster",
        organization=cast.city,
        uploaded_by=cast.city_officer,
        state="undoing",
        confirmed_at=timezone.now(),
    )
    newcomer = make_member("新来人", "13800000109", cast.unit)
    Member.objects.filter(pk=newcomer.pk).update(batch=batch)
    return batch


class Beside:
    """Runs an action in a thread of its own and keeps what it raised."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self.action = action
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        try:
            self.action()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def ends(self) -> Exception | None:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.error


def undo_while_the_forecast_writes(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch, *, had_results: bool
) -> list[Exception | None]:
    """The forecast has written its rows and commits when the undoing has deleted what it found of them.

    Who had results makes the undoing wait for the forecast, at a moment that nobody leads.
    """
    if had_results:
        assessing.forecast(today().year)
    last_of_them = "DELETE" if had_results else 'DELETE FROM "members_member"'
    filled, looked = threading.Event(), threading.Event()
    fill, remove = assessing._fill, batches.remove

    def fill_and_wait(run: object) -> None:
        fill(run)  # type: ignore[arg-type]
        filled.set()
        looked.wait(PATIENCE)

    def say(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(last_of_them):  # what refers to the member has been looked for, or is gone
            looked.set()
        return execute(sql, *rest)

    def remove_and_say(batch: ImportBatch) -> None:
        with connection.execute_wrapper(say):
            remove(batch)

    monkeypatch.setattr(assessing, "_fill", fill_and_wait)
    monkeypatch.setattr(batches, "remove", remove_and_say)
    forecast = Beside(lambda: assessing.forecast(today().year))
    assert filled.wait(PATIENCE)
    undoing = Beside(lambda: batches.take_back(batch.pk))
    return [forecast.ends(), undoing.ends()]


@pytest.mark.parametrize("had_results", [True, False])
def test_an_import_is_taken_back_while_a_forecast_runs(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch, *, had_results: bool
):
    assert undo_while_the_forecast_writes(batch, monkeypatch, had_results=had_results) == [None, None]
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.UNDONE and not Member.objects.filter(name="新来人").exists()


def test_without_starting_again_one_of_the_two_fails(batch: ImportBatch, monkeypatch: pytest.MonkeyPatch):
    """The negative control."""
    for module in (assessing, batches):
        monkeypatch.setattr(module, "again", lambda action: contention.again(action, times=1))
    errors = undo_while_the_forecast_writes(batch, monkeypatch, had_results=False)
    assert [type(error) for error in errors if error] == [IntegrityError]


def test_leave_that_is_committed_out_of_order_is_counted(cast: Cast):
    year = today().year
    written, go = threading.Event(), threading.Event()

    def grant(member: Member) -> None:
        first, last = dt.date(year, 3, 1), dt.date(year, 4, 30)
        Exemption.objects.create(
            member=member,
            kind="sick",
            starts_on=first,
            ends_on=last,
            reason="住院",
            approved_by=cast.secretary,
        )

    def slowly() -> None:
        with transaction.atomic():
            grant(cast.li)
            written.set()
            go.wait(PATIENCE)

    slow = Beside(slowly)
    assert written.wait(PATIENCE)
    grant(cast.wang)
    assessing.forecast(year)
    go.set()
    assert slow.ends() is None
    assert assessing.fresh_forecast(year).results.get(member=cast.li).exempt_months == 2
