"""Another time while somebody takes a place, or the list is being dealt with: nobody is surprised by it."""

import threading
from functools import partial
from typing import Any

import pytest

from notices.models import Notice
from tasks.claiming import claiming
from tasks.claiming.rules import TaskMoved
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.tests.crowds import assert_counter_is_rows
from tasks.tests.offers import DAY, HOUR, make_offer, take
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 8


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def later(task: Task) -> dict[str, Any]:
    start = task.starts_at + 5 * DAY
    return {"starts_at": start, "ends_at": start + 2 * HOUR, "signup_closes_at": start}


def test_who_read_the_old_time_gets_no_place_at_the_new_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim has passed every check when the organiser's change lands."""
    task, other = make_offer(cast), make_offer(cast, title="别处", starts_in=8 * DAY)
    take(other, cast.li)
    read, changed = threading.Event(), threading.Event()
    write = claiming.take_place

    def waits_for_the_change(*args: Any, **kwargs: Any) -> int | None:
        read.set()
        assert changed.wait(timeout=120)
        return write(*args, **kwargs)

    def change() -> None:
        assert read.wait(timeout=120)
        publishing.edit(task, by=cast.clerk, **later(task))
        changed.set()

    monkeypatch.setattr(claiming, "take_place", waits_for_the_change)
    assert together(lambda: take(task, cast.li), change) == ["", TaskMoved.code]
    assert not task.claims.exists()
    assert_counter_is_rows(task)


def test_whoever_took_a_place_at_the_old_time_is_told(cast: Cast) -> None:
    """At the same moment: told, or taken at the new time, or not taken."""
    for _round in range(ROUNDS):
        task, taken = make_offer(cast), list[Claim]()
        new = later(task)
        codes = together(
            lambda task=task, taken=taken: taken.append(take(task, cast.li)),  # type: ignore[misc]
            partial(publishing.edit, task, by=cast.clerk, **new),
        )
        told = Notice.objects.filter(kind="task_changed").exists()
        assert codes == ["", ""] if taken else ["", TaskMoved.code]
        assert told == any(claim.task.starts_at != new["starts_at"] for claim in taken)
        assert_counter_is_rows(task)
        Claim.objects.all().delete()
        Notice.objects.all().delete()
