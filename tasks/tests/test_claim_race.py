"""Many at once, on real connections: no place is sold twice, none is lost, personal limits hold."""

import datetime as dt
import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from flags.policies import policy_for
from members.models import Member, User
from tasks.claiming import withdraw
from tasks.models import Claim, ClaimEvent, Task
from tasks.rules import Refusal
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import local_year
from xianfeng.testing import Cast, make_cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 40  # divides the crowd, not the places: the control must not stop at a round's end


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    policy_for(local_year(timezone.now()))
    return make_cast()


def make_crowd(cast: Cast, count: int) -> list[Member]:
    """Registered members of the community, each with an account."""
    mobiles = [f"139{number:08}" for number in range(count)]
    users = User.objects.bulk_create(User(username=mobile, mobile=mobile) for mobile in mobiles)
    Member.objects.bulk_create(
        Member(name=f"党员{user.pk}", mobile=str(user.mobile), unit=cast.unit, community=cast.community,
               estate=cast.estate, user=user, state=Member.State.REGISTERED)
        for user in users
    )  # fmt: skip
    return list(Member.objects.filter(user__in=users).select_related("user", "unit", "community", "estate"))


def at_once(actions: Iterable[Callable[[], object]], threads: int = THREADS) -> list[str]:
    """Run all, as parallel as `threads` connections allow; "" for a success, else the refusal's code."""
    gate = threading.Barrier(threads)

    def open_gate() -> None:
        gate.wait(timeout=60)

    def run(action: Callable[[], object]) -> str:
        try:
            action()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(threads) as pool:
        for started in [pool.submit(open_gate) for _thread in range(threads)]:
            started.result()
        return list(pool.map(run, actions))


def assert_counter_is_rows(task: Task) -> None:
    task.refresh_from_db()
    assert task.places_taken == Claim.objects.holding().filter(task=task).count() <= task.capacity


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
