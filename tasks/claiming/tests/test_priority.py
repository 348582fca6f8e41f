"""The first hours of sign-up for those whose year still lacks flags; off unless the policy sets them."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from flags.ledger import lines as ledger
from flags.models import Policy
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import Refusal
from tasks.claiming.waiting import sweeping
from tasks.claiming.waiting.tests.lines import join, place_of, state_of
from tasks.models import Task
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import at, format_moment, today
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import award_of

YEAR = today().year
OPENED = at(dt.date(YEAR, 6, 1), 9)


@pytest.fixture
def task(cast: Cast) -> Task:
    """Opened this year at nine; 李建国 has his flags, 王秀英 has none."""
    ledger.award([award_of(cast, flags=5, service_date=dt.date(YEAR, 1, 5))], by=cast.secretary)
    start = OPENED + 6 * DAY
    return make_offer(cast, capacity=1, starts_at=start, signup_opens_at=OPENED, signup_closes_at=start)


def set_hours(hours: int) -> None:
    Policy.objects.update_or_create(year=YEAR, defaults={"priority_hours": hours})


def test_who_has_enough_comes_later_and_is_told_when(cast: Cast, task: Task) -> None:
    set_hours(24)
    with pytest.raises(Refusal) as refusal:
        take(task, cast.li, OPENED + 23 * HOUR)
    assert refusal.value.code == "priority"
    assert format_moment(OPENED + DAY) in refusal.value.message and "24 小时" in refusal.value.message
    take(task, cast.li, OPENED + 24 * HOUR)


def test_who_lacks_flags_comes_first(cast: Cast, task: Task) -> None:
    set_hours(24)
    take(task, cast.wang, OPENED)


def test_in_the_last_day_before_the_start_it_is_for_everybody(cast: Cast, task: Task) -> None:
    set_hours(24 * 7)
    take(task, cast.li, OPENED + 5 * DAY)


def test_off_it_asks_nothing(cast: Cast, task: Task) -> None:
    set_hours(0)
    with CaptureQueriesContext(connection) as queries:
        take(task, cast.li, OPENED)
    read = [one["sql"] for one in queries if "flags_assessment" in one["sql"]]
    assert not read and len([one for one in queries if "SAVEPOINT" not in one["sql"]]) <= 5


def test_whose_turn_is_later_may_wait_and_is_passed_over_until_then(cast: Cast, task: Task) -> None:
    set_hours(24)
    take(task, cast.wang, OPENED)
    join(task, cast.li, OPENED + HOUR)
    withdraw(place_of(task, cast.wang), by=user_of(cast.wang), now=OPENED + 2 * HOUR)
    assert state_of(task, cast.li) == "waiting"
    sweeping.sweep(OPENED + DAY)
    assert state_of(task, cast.li) == "offered"


def test_a_list_of_tasks_asks_the_forecast_once(client: Client, cast: Cast, task: Task) -> None:
    set_hours(24)
    client.force_login(user_of(cast.li))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("tasks:browse"))
        return len(queries)

    make_offer(cast, starts_in=3 * DAY, signup_opens_at=timezone.now() - HOUR)
    one = cost()
    for days in (4, 5, 6):
        make_offer(cast, starts_in=days * DAY, signup_opens_at=timezone.now() - HOUR)
    assert cost() == one
