"""Two clerks at once, on real connections: flags are lit once, undone once, and the chain holds."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from flags import ledger
from flags.models import FlagEntry, MemberYear
from tasks.models import Claim, Task, Verification
from tasks.publishing import publishing
from tasks.publishing.rules import TermsFrozen
from tasks.tests.desk import ended_task, hold
from tasks.tests.offers import HOUR, make_offer, take
from tasks.verifying import verifying
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision
from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast, make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 8


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def together(*actions: Callable[[], object]) -> list[str]:
    """Start all at the same moment; "" for a success, else the refusal's code or the error's name."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> str:
        gate.wait(timeout=60)
        try:
            action()
        except Refusal as refusal:
            return refusal.code
        except IntegrityError:
            return "integrity"
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def ready(cast: Cast) -> tuple[Task, list[Decision]]:
    task = ended_task(cast, cast.li, cast.wang)
    task.claims.update(presence="present")
    return task, [Decision(claim.pk, "good", 120, 1) for claim in task.claims.order_by("pk")]


def test_two_clerks_verify_the_same_task(cast: Cast) -> None:
    for number in range(1, ROUNDS + 1):
        task, decisions = ready(cast)
        outcomes = together(
            partial(verifying.verify, task, decisions, by=cast.clerk),
            partial(verifying.verify, task, decisions, by=cast.secretary),
        )
        assert sorted(outcomes) == ["", "already_decided"]
        assert FlagEntry.objects.count() == Verification.objects.count() == 2 * number
        assert Task.objects.get(pk=task.pk).state == "settled"
    assert MemberYear.objects.get(member=cast.li).flags == ROUNDS
    assert ledger.verify().ok


def test_one_clerk_presses_twice(cast: Cast) -> None:
    task, decisions = ready(cast)
    outcomes = together(*[lambda: verifying.verify(task, decisions, by=cast.clerk)] * 4)
    assert outcomes == ["", "", "", ""]
    assert FlagEntry.objects.count() == Verification.objects.count() == 2


@contextmanager
def guards_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No queue, no conditional update, and both look before either writes: a plain check-then-write."""
    looked = threading.Barrier(2)

    def no_lock(rows: object, *args: object, **kwargs: object) -> object:
        return rows

    def only_look(claims: dict[int, Claim], *args: object, **kwargs: object) -> None:
        looked.wait(timeout=60)
        Claim.objects.filter(pk__in=claims).update(state=Claim.State.VERIFIED)

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.select_for_update", no_lock)
        patch.setattr(verifying, "_move_claims", only_look)
        yield


def test_without_the_guards_only_the_database_stops_a_second_award(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the race is real, and the unique constraint is the last line of defence."""
    task, decisions = ready(cast)
    with guards_off(monkeypatch):
        outcomes = together(
            lambda: verifying.verify(task, decisions, by=cast.clerk),
            lambda: verifying.verify(task, decisions, by=cast.secretary),
        )
    assert sorted(outcomes) == ["", "integrity"]
    assert FlagEntry.objects.count() == 2


def test_two_reverse_the_same_verification(cast: Cast) -> None:
    task, decisions = ready(cast)
    one = verifying.verify(task, decisions, by=cast.clerk)[0]
    outcomes = together(
        lambda: reverse_verification(one, reason="认错人", by=cast.clerk),
        lambda: reverse_verification(one, reason="认错人", by=cast.secretary),
        lambda: reverse_verification(one, reason="认错人", by=cast.city_officer),
    )
    assert sorted(outcomes) == ["", "already_decided", "already_decided"]
    assert FlagEntry.objects.filter(kind="reversal").count() == 1
    assert ledger.verify().ok


def test_cancelling_races_with_verifying(cast: Cast) -> None:
    for _round in range(ROUNDS):
        task, decisions = ready(cast)
        outcomes = together(
            partial(verifying.verify, task, decisions, by=cast.clerk),
            partial(publishing.cancel, task, reason="下雨", by=cast.secretary),
        )
        task.refresh_from_db()
        states = set(task.claims.values_list("state", flat=True))
        assert (task.state, states) in (("settled", {"verified"}), ("cancelled", {"freed"}))
        assert outcomes.count("") == 1


def test_recording_presence_and_cancelling_do_not_wait_for_each_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen marks and decides in one step; the cancellation comes between the two."""
    task, decisions = ready(cast)
    task.claims.update(presence="")
    presences = {decision.claim_id: "present" for decision in decisions}
    marked, cancelling, mark = threading.Event(), threading.Event(), verifying.mark_presence

    def marks_and_waits(*args: Any, **kwargs: Any) -> int:
        count = mark(*args, **kwargs)
        marked.set()
        cancelling.wait(timeout=2)  # it waits in the database: there is nothing to see of it here
        return count

    def cancel() -> None:
        assert marked.wait(timeout=120)
        publishing.cancel(task, reason="下雨", by=cast.secretary)
        cancelling.set()

    monkeypatch.setattr(verifying, "mark_presence", marks_and_waits)
    outcomes = together(lambda: verifying.record(task, presences, decisions, by=cast.clerk), cancel)
    assert outcomes == ["", "wrong_state"]
    assert set(task.claims.values_list("state", flat=True)) == {"verified"}


def test_a_change_of_flags_races_with_the_first_claim(cast: Cast) -> None:
    for number in range(ROUNDS):
        task = make_offer(cast, flags=1, starts_in=(number + 1) * 200 * HOUR)
        outcomes = together(
            partial(take, task, cast.li),
            partial(publishing.edit, task, by=cast.clerk, flags=2),
        )
        task.refresh_from_db()
        assert outcomes in (["", ""], ["", "terms_frozen"])
        assert task.flags == (2 if outcomes[1] == "" else 1)
        # Frozen from here on, whoever was first.
        with pytest.raises(TermsFrozen):
            publishing.edit(task, by=cast.clerk, flags=3 - task.flags)
        publishing.cancel(task, reason="下一轮", by=cast.clerk)


def test_a_member_cannot_hold_a_place_while_it_is_called_off(cast: Cast) -> None:
    for number in range(ROUNDS):
        task = make_offer(cast, starts_in=(number + 1) * 100 * HOUR)
        hold(task, cast.wang)
        together(
            partial(take, task, cast.li),
            partial(publishing.cancel, task, reason="下雨", by=cast.clerk),
        )
        task.refresh_from_db()
        assert (task.state, task.places_taken) == ("cancelled", 0)
        assert not task.claims.open().exists()
