"""Many at once, on real connections: no place is sold twice, none is lost, personal limits hold."""

import datetime as dt
import random
import threading

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from members.models import Member
from tasks.claiming.claiming import withdraw
from tasks.models import Claim, ClaimEvent, Task
from tasks.tests.crowds import THREADS, assert_counter_is_rows, at_once, make_crowd
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.testing.cast import Cast, make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def test_200_claims_for_50_places(cast: Cast) -> None:
    task = make_offer(cast, capacity=50)
    crowd = make_crowd(cast, 200)
    outcomes = at_once([lambda member=member: take(task, member) for member in crowd])  # type: ignore[misc]
    assert (outcomes.count(""), outcomes.count("full")) == (50, 150)
    assert_counter_is_rows(task)
    assert Claim.objects.count() == ClaimEvent.objects.count() == task.places_taken == 50


def test_negative_control_check_then_insert_oversells(cast: Cast) -> None:
    """The same storm on a claim that counts rows and then inserts: the race is there to be lost."""
    task = make_offer(cast, capacity=50)
    gates = [threading.Barrier(THREADS) for _round in range(200 // THREADS)]

    def naive(number: int, member: Member) -> None:
        with transaction.atomic():
            taken = Claim.objects.filter(task=task).count()
            gates[number // THREADS].wait(timeout=60)  # every thread has counted, nobody has written
            if taken < task.capacity:
                Claim.objects.create(task=task, member=member)

    crowd = make_crowd(cast, 200)
    at_once([lambda n=n, m=m: naive(n, m) for n, m in enumerate(crowd)])  # type: ignore[misc]
    assert Claim.objects.count() > task.capacity


def test_the_database_refuses_an_oversold_counter(cast: Cast) -> None:
    task = make_offer(cast, capacity=1, places_taken=1)
    with pytest.raises(IntegrityError):
        Task.objects.filter(pk=task.pk).update(places_taken=F("places_taken") + 1)


def test_one_member_in_eight_tabs_gets_one_place(cast: Cast) -> None:
    task = make_offer(cast, capacity=8)
    tabs = [
        Member.objects.select_related("user", "unit", "community", "estate").get(pk=cast.li.pk)
        for _ in range(8)
    ]
    outcomes = at_once([lambda tab=tab: take(task, tab) for tab in tabs], threads=8)  # type: ignore[misc]
    assert sorted(outcomes) == [""] + ["already_claimed"] * 7
    assert_counter_is_rows(task)


@pytest.mark.parametrize("attempt", range(5))
def test_overlapping_tasks_from_two_tabs_give_one_place(cast: Cast, attempt: int) -> None:
    tasks = [make_offer(cast, starts_in=3 * DAY + shift) for shift in (dt.timedelta(), HOUR)]
    tabs = [
        Member.objects.select_related("user", "unit", "community", "estate").get(pk=cast.li.pk)
        for _ in range(2)
    ]
    outcomes = at_once(
        [lambda task=task, tab=tab: take(task, tab) for task, tab in zip(tasks, tabs, strict=True)],  # type: ignore[misc]
        threads=2,
    )
    assert sorted(outcomes) == ["", "overlap"], attempt
    assert Claim.objects.count() == 1


def test_the_open_limit_holds_from_many_tabs(cast: Cast) -> None:
    tasks = [make_offer(cast, starts_in=(10 + 10 * number) * DAY) for number in range(12)]
    tabs = [
        Member.objects.select_related("user", "unit", "community", "estate").get(pk=cast.li.pk) for _ in tasks
    ]
    outcomes = at_once(
        [lambda task=task, tab=tab: take(task, tab) for task, tab in zip(tasks, tabs, strict=True)],  # type: ignore[misc]
        threads=12,
    )
    assert sorted(outcomes) == [""] * 5 + ["open_limit"] * 7


def test_a_storm_of_claims_and_withdrawals_keeps_the_counter(cast: Cast) -> None:
    task = make_offer(cast, capacity=5)
    crowd = make_crowd(cast, 12)
    chance = random.Random(7)

    def step(member: Member, gives_back: bool) -> None:
        held = Claim.objects.select_related("member", "task").filter(member=member, task=task).first()
        if held and gives_back:
            withdraw(held, by=user_of(member))
        else:
            take(task, member)

    plan = [(chance.choice(crowd), chance.random() < 0.6) for _step in range(400)]
    at_once([lambda m=m, g=g: step(m, g) for m, g in plan])  # type: ignore[misc]
    assert_counter_is_rows(task)
    assert ClaimEvent.objects.filter(to_state="withdrawn").exists()
    taken, freed = (ClaimEvent.objects.filter(to_state=state).count() for state in ("claimed", "withdrawn"))
    assert taken - freed == task.places_taken
