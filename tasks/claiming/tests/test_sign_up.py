"""The sign-up window at its very edges: list, button, guarded write and raw statement agree."""

import datetime as dt

import pytest
from django.db import connection, transaction

from tasks.claiming.claiming import take_place
from tasks.claiming.rules import Refusal, check_open
from tasks.claiming.views import offers_for
from tasks.models import Task
from tasks.publishing.rules import TooLate, check_publishable
from tasks.tests.offers import DAY, HOUR, make_offer, user_of
from xianfeng.lib.times import at
from xianfeng.testing.cast import Cast

pytestmark = pytest.mark.django_db

OPENS, CLOSES = at(dt.date(2026, 6, 1), 8), at(dt.date(2026, 6, 8), 18)
INSTANT = dt.timedelta(microseconds=1)
# Before, in, or after the window.
MOMENTS = [
    (OPENS - DAY, "before"), (OPENS - INSTANT, "before"), (OPENS, "in"), (OPENS + INSTANT, "in"),
    (CLOSES - HOUR, "in"), (CLOSES - INSTANT, "in"), (CLOSES, "after"), (CLOSES + INSTANT, "after"),
]  # fmt: skip
CODES = {"before": "window_not_open", "in": "", "after": "window_over"}


def offer(cast: Cast, state: str = Task.State.PUBLISHED) -> Task:
    return make_offer(
        cast, state=state, starts_at=CLOSES + DAY, signup_opens_at=OPENS, signup_closes_at=CLOSES
    )


def code_of_check(task: Task, now: dt.datetime) -> str:
    try:
        check_open(task, now)
    except Refusal as refusal:
        return refusal.code
    return ""


def takes_place(cast: Cast, task: Task, now: dt.datetime) -> bool:
    """Whether the guarded write finds a place; what it wrote is taken back."""
    with transaction.atomic():
        taken = take_place(task, cast.li.pk, user_of(cast.li), now, before="")
        transaction.set_rollback(True)
    return taken is not None


def found_raw(task: Task, now: dt.datetime) -> bool:
    moment = connection.ops.adapt_datetimefield_value(now)  # SQLite keeps moments as text
    statement = f"SELECT id FROM tasks_task WHERE {Task.SIGN_UP.sql}"  # noqa: S608  (our own columns)
    return task in list(Task.objects.raw(statement, {"now": moment}))


@pytest.mark.parametrize(("now", "where"), MOMENTS)
def test_a_published_task_is_taken_in_its_window_only(cast: Cast, now: dt.datetime, where: str) -> None:
    task, is_in = offer(cast), where == "in"
    assert code_of_check(task, now) == CODES[where]
    assert Task.objects.open_for_claims(now).filter(pk=task.pk).exists() is is_in
    assert found_raw(task, now) is is_in
    assert takes_place(cast, task, now) is is_in
    assert offers_for(cast.li, now).filter(pk=task.pk).exists() is (where != "after")


@pytest.mark.parametrize("state", [state for state in Task.State if state != Task.State.PUBLISHED])
@pytest.mark.parametrize(("now", "where"), MOMENTS)
def test_in_any_other_state_it_never_is(cast: Cast, now: dt.datetime, where: str, state: str) -> None:
    task = offer(cast, state)
    assert code_of_check(task, now) == ("cancelled" if state == "cancelled" else "not_published")
    assert not Task.objects.open_for_claims(now).exists()
    assert not found_raw(task, now)
    assert not takes_place(cast, task, now)
    assert not offers_for(cast.li, now).exists()


@pytest.mark.parametrize(("now", "where"), MOMENTS)
def test_a_draft_is_published_until_its_window_is_over(cast: Cast, now: dt.datetime, where: str) -> None:
    draft = offer(cast, Task.State.DRAFT)
    if where == "after":
        with pytest.raises(TooLate):
            check_publishable(draft, now)
    else:
        check_publishable(draft, now)
