"""Taking up, withdrawing and calling off at the same moment, on real connections."""

import datetime as dt
from collections.abc import Callable

import pytest

from members.models import User
from tasks.breakdown import breakdown
from tasks.models import Target, Task
from tasks.publishing import publishing
from tasks.tests.targets import a_target, part_of
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import meeting, meets_before, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def both(cast: Cast, target: Target) -> tuple[Callable[[], object], Callable[[], object]]:
    """The community takes it up while the city withdraws it; each with the row as it was."""
    mine, theirs = (
        Target.objects.select_related("task__publisher", "organization").get(pk=target.pk) for _ in "12"
    )
    return (
        lambda: part_of(cast, mine),
        lambda: breakdown.withdraw(theirs, reason="改由街道办", by=cast.city_officer),
    )


def test_one_of_both_holds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    target = a_target(cast)
    actions = both(cast, target)
    meets_before(breakdown, "move", meeting(), monkeypatch)
    assert together(*actions) == ["", "already_decided"]
    taken = Target.objects.get().is_taken
    assert Task.objects.filter(parent=target.task).exists() is taken


def test_negative_control_without_the_guard_both_hold(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    target = a_target(cast)
    actions = both(cast, target)

    def unguarded(one: Target, to: str, *, by: User, at: dt.datetime, **_how: object) -> None:
        Target.objects.filter(pk=one.pk).update(state=to)

    monkeypatch.setattr(breakdown, "move", unguarded)
    monkeypatch.setattr(breakdown.messages, "tell_withdrawn", lambda _target: None)
    meets_before(breakdown, "move", meeting(), monkeypatch)
    assert together(*actions) == ["", ""]


def test_nothing_is_left_of_a_task_that_is_called_off(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    target = a_target(cast)
    take_it, _withdraw = both(cast, target)
    whole = Task.objects.get(pk=target.task_id)
    meets_before(publishing, "hold_whole", meet := meeting(), monkeypatch)
    meets_before(publishing, "call_off", meet, monkeypatch)
    codes = together(take_it, lambda: publishing.cancel(whole, reason="暴雨橙色预警", by=cast.city_officer))
    assert codes[0] == "" and Task.objects.get(pk=whole.pk).state == Task.State.CANCELLED
    assert not Task.objects.filter(parent=whole, state=Task.State.PUBLISHED).exists()
