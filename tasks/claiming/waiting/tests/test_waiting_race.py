"""Waiting lists under fire, on real connections: no place is sold twice or lost, nobody is passed over."""

import datetime as dt
import random
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from members.models import Member
from tasks.claiming import claiming, offering
from tasks.claiming.claiming import withdraw
from tasks.claiming.waiting import sweeping, waiting
from tasks.claiming.waiting.tests.lines import check_books, full_task, join, place_of
from tasks.models import Claim, Task
from tasks.tests.crowds import at_once, make_crowd
from tasks.tests.offers import DAY, make_offer, take, user_of
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import meeting, meets_before, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 20


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def get_in(task: Task, member: Member) -> None:
    waiting.join(task.pk, by=user_of(member))


def nobody_waits_before_an_open_place(task: Task) -> bool:
    task.refresh_from_db()
    return task.is_full or not Claim.objects.in_line().filter(task=task).exists()


def test_200_at_the_opening_of_50_places_twenty_rounds(cast: Cast) -> None:
    """Who finds no place gets in line; nobody gets both, nobody gets neither."""
    crowd = make_crowd(cast, 200)
    for number in range(ROUNDS):
        task = make_offer(cast, capacity=50, starts_in=(3 + 9 * number) * DAY)

        def come(member: Member, task: Task = task) -> None:
            try:
                take(task, member)
            except claiming.TaskFull:
                get_in(task, member)

        assert set(at_once([partial(come, member) for member in crowd])) == {""}
        states = list(task.claims.values_list("state", flat=True))
        assert (states.count("claimed"), states.count("waiting")) == (50, 150)
        check_books(task)
        Task.objects.update(starts_at=F("starts_at") - 400 * DAY, ends_at=F("ends_at") - 400 * DAY)
        Claim.objects.all().delete()


def test_withdrawals_and_joins_at_once_leave_no_place_open_before_who_waits(cast: Cast) -> None:
    crowd = make_crowd(cast, 20)
    for _round in range(ROUNDS):
        task = full_task(cast, *crowd[:10])
        leaving = [partial(withdraw, place_of(task, one), by=user_of(one)) for one in crowd[:10]]
        joining = [partial(get_in, task, one) for one in crowd[10:]]
        at_once([*leaving, *joining], threads=20)
        assert nobody_waits_before_an_open_place(task)
        check_books(task)
        clear()


def clear() -> None:
    Task.objects.update(starts_at=F("starts_at") - 30 * DAY, ends_at=F("ends_at") - 30 * DAY)
    Claim.objects.all().delete()


def race_of_leaving_and_joining(cast: Cast, patch: pytest.MonkeyPatch, passed_on: Callable[[], None]) -> Task:
    """The one place is given back while somebody gets in line behind it; both meet in the middle."""
    task, meet = full_task(cast, cast.li), meeting()
    meets_before(claiming, "pass_on", meet, patch)  # the place is free, and not yet passed on
    meets_before(waiting, "get_in_line", meet, patch)  # it was full when it was read
    meets_before(claiming.messages, "tell_of_withdrawal", passed_on, patch)
    place = place_of(task, cast.li)
    together(partial(withdraw, place, by=user_of(cast.li)), partial(get_in, task, cast.wang))
    return task


def test_who_gets_in_line_while_the_place_is_given_back_is_not_forgotten(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = race_of_leaving_and_joining(cast, monkeypatch, meeting())
    assert nobody_waits_before_an_open_place(task)


def test_negative_control_without_the_tasks_row_somebody_waits_before_an_open_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same meeting where getting in line neither holds the row nor asks again whether it is full."""
    passed_on = meeting()

    def unguarded(task: Task, member_id: int, by: object, now: dt.datetime, *, before: str) -> int:
        claim = Claim.objects.create(task=task, member_id=member_id, state="waiting", waiting_since=now)
        passed_on()  # who gave the place back has read the line, and this row is not committed
        return claim.pk

    monkeypatch.setattr(waiting, "get_in_line", unguarded)
    task = race_of_leaving_and_joining(cast, monkeypatch, passed_on)
    assert not nobody_waits_before_an_open_place(task)


def test_the_offer_or_out_of_the_line_twenty_rounds(cast: Cast) -> None:
    """Promotion against leaving: who left is offered nothing, and the place goes to the next."""
    for _round in range(ROUNDS):
        task = full_task(cast, cast.li)
        first, second = join(task, cast.wang), join(task, cast.zhao)
        together(
            partial(withdraw, place_of(task, cast.li), by=user_of(cast.li)),
            partial(waiting.leave, first, by=user_of(cast.wang)),
        )
        states = {place.member_id: place.state for place in task.claims.all()}
        assert list(states.values()).count("offered") == 1
        assert (states[cast.wang.pk], states[cast.zhao.pk]) in {
            ("withdrawn", "offered"),
            ("offered", "waiting"),
        }
        assert second.events.count() <= 2
        check_books(task)
        clear()


def lapsing(task: Task) -> Callable[[], object]:
    """The clock's job at the moment when the offer is over."""
    until = Claim.objects.get(task=task, state="offered").offered_until
    assert until
    return partial(sweeping.renew, task.pk, until)


def test_yes_no_and_the_clock_at_once_are_one_answer(cast: Cast) -> None:
    for _round in range(ROUNDS):
        task = full_task(cast, cast.li)
        mine = join(task, cast.wang)
        join(task, cast.zhao)
        withdraw(place_of(task, cast.li), by=user_of(cast.li))
        by = user_of(cast.wang)
        together(partial(waiting.accept, mine, by=by), partial(waiting.decline, mine, by=by), lapsing(task))
        ends = mine.events.filter(from_state="offered")
        assert ends.count() == 1
        states = {place.member_id: place.state for place in task.claims.all()}
        offered = task.claims.get(member=cast.zhao).events.filter(to_state="offered").count()
        assert offered == (states[cast.wang.pk] != "claimed")
        check_books(task)
        clear()


def test_two_clocks_and_two_withdrawals_offer_each_place_once(cast: Cast) -> None:
    crowd = make_crowd(cast, 8)
    for _round in range(ROUNDS):
        task = full_task(cast, *crowd[:2])
        for one in crowd[2:]:
            join(task, one)
        leave = [partial(withdraw, place_of(task, one), by=user_of(one)) for one in crowd[:2]]
        together(*leave, *[partial(sweeping.renew, task.pk, timezone.now()) for _clock in range(2)])
        assert set(task.claims.filter(state="offered").values_list("member", flat=True)) == {
            crowd[2].pk, crowd[3].pk,
        }  # fmt: skip
        check_books(task)
        clear()


def two_offers_for_one_place(cast: Cast, patch: pytest.MonkeyPatch) -> Task:
    """One place lies open; two clocks read who is next at the same time."""
    task = full_task(cast, cast.li)
    join(task, cast.wang)
    join(task, cast.zhao)
    Task.objects.filter(pk=task.pk).update(capacity=2)
    meets_before(offering, "offer", meeting(), patch)
    clocks = [partial(sweeping.renew, task.pk, timezone.now()) for _clock in range(2)]
    with_errors = [partial(tolerant, clock) for clock in clocks]
    together(*with_errors)
    task.refresh_from_db()
    return task


def tolerant(action: Callable[[], object]) -> None:
    """The database's own last line of defence may stop the second: then it is rolled back."""
    try:
        action()
    except Exception:
        connection.close()


def test_two_clocks_make_one_offer_for_one_place(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    task = two_offers_for_one_place(cast, monkeypatch)
    assert task.claims.filter(state="offered").count() == 1
    check_books(task)


def test_negative_control_without_the_lock_two_clocks_offer_one_place_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the task's row, and with a write that asks nothing of the state it saw."""

    def unlocked(task_id: int) -> Task:
        return Task.objects.select_related("publisher", "wish").get(pk=task_id)

    def unguarded(claims: list[Claim], task: Task, until: dt.datetime, now: dt.datetime) -> None:
        for claim in claims:
            Claim.objects.filter(pk=claim.pk).update(state="offered", offered_until=until)
            offers.append(claim.pk)

    offers: list[int] = []
    monkeypatch.setattr(sweeping, "locked", unlocked)
    monkeypatch.setattr(offering, "offer", unguarded)
    two_offers_for_one_place(cast, monkeypatch)
    assert len(offers) == 2


def test_a_storm_of_everything_keeps_the_books(cast: Cast) -> None:
    task = make_offer(cast, capacity=5, starts_in=20 * DAY)
    crowd = make_crowd(cast, 16)
    chance = random.Random(7)

    def step(member: Member, dice: float) -> None:
        found = Claim.objects.select_related("member", "task").filter(member=member, task=task).first()
        by = user_of(member)
        if found and found.is_offered:
            (waiting.accept if dice < 0.5 else waiting.decline)(found, by=by)
        elif found and found.is_open and dice < 0.7:
            withdraw(found, by=by)
        elif found and found.is_waiting and dice < 0.3:
            waiting.leave(found, by=by)
        elif dice < 0.9:
            (take if not task_is_full(task) else get_in)(task, member)
        else:
            sweeping.renew(task.pk, timezone.now())

    plan = [(chance.choice(crowd), chance.random()) for _step in range(600)]
    at_once([partial(step, *each) for each in plan])
    check_books(task)
    assert nobody_waits_before_an_open_place(task)
    assert {"offered", "waiting", "claimed", "declined"} <= set(
        task.claims.values_list("events__to_state", flat=True)
    )


def task_is_full(task: Task) -> bool:
    with transaction.atomic():
        return Task.objects.full().filter(pk=task.pk).exists()
