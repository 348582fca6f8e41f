"""Any sequence of claims, withdrawals and a cancellation keeps the books (Hypothesis)."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from members.models import Member
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import Refusal
from tasks.models import Claim, ClaimEvent, Task
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.testing.cast import Cast

PEOPLE = st.sampled_from(["li", "wang", "zhao"])
WHICH = st.integers(0, 3)


def places_on(number: int) -> int:
    return 2 if number == 3 else 1


class Undo(Exception):
    """Ends an example's transaction without a trace."""


class Claiming(RuleBasedStateMachine):
    """Four tasks (0 and 1 overlap; one place each but the last), three people, a model of who holds what."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.tasks: list[Task] = []
        self.held: set[tuple[int, str]] = set()
        self.cancelled: set[int] = set()
        self.now = timezone.now()

    @initialize()
    def offer(self) -> None:
        starts = [5 * DAY, 5 * DAY + HOUR, 5 * DAY + 4 * HOUR, 20 * DAY]
        self.tasks = [
            make_offer(
                self.cast, starts_at=self.now + start, audience=[self.cast.city], capacity=1 + number // 3
            )
            for number, start in enumerate(starts)
        ]

    def obstacles(self, number: int, name: str) -> set[str]:
        """What the model expects to stand in the way; the service must name one of them, or none."""
        holders = [holder for task, holder in self.held if task == number]
        mine = {task for task, holder in self.held if holder == name}
        clash = {0, 1} <= mine | {number}
        return {
            code
            for code, stands in {
                "cancelled": number in self.cancelled,
                "already_claimed": number in mine,
                "full": len(holders) >= places_on(number),
                "overlap": clash and number in (0, 1),
            }.items()
            if stands
        }

    @rule(number=WHICH, name=PEOPLE)
    def claim(self, number: int, name: str) -> None:
        expected = self.obstacles(number, name)
        member: Member = getattr(self.cast, name)
        try:
            take(self.tasks[number], member, self.now)
        except Refusal as refusal:
            assert refusal.code in expected, (refusal.code, expected)
        else:
            assert not expected
            self.held.add((number, name))

    @rule(number=WHICH, name=PEOPLE)
    def withdraw(self, number: int, name: str) -> None:
        place = Claim.objects.filter(task=self.tasks[number], member=getattr(self.cast, name)).first()
        possible = (number, name) in self.held and number not in self.cancelled
        if place is None:
            assert not possible
            return
        try:
            withdraw(place, by=user_of(place.member), now=self.now)
        except Refusal as refusal:
            assert refusal.code == "not_withdrawable" and not possible
        else:
            assert possible
            self.held.discard((number, name))

    @rule(number=WHICH)
    def cancel(self, number: int) -> None:
        """As the publisher's cancellation leaves it: claims freed, no places taken."""
        Task.objects.filter(pk=self.tasks[number].pk).update(state=Task.State.CANCELLED, places_taken=0)
        Claim.objects.filter(task=self.tasks[number]).open().update(state=Claim.State.FREED)
        self.cancelled.add(number)
        self.held = {(task, name) for task, name in self.held if task != number}

    @invariant()
    def books_agree(self) -> None:
        for number, task in enumerate(self.tasks):
            task.refresh_from_db()
            rows = Claim.objects.open().filter(task=task).count()
            assert (
                rows
                == task.places_taken
                == len([n for n, _name in self.held if n == number])
                <= task.capacity
            )
        for place in Claim.objects.exclude(state=Claim.State.FREED):
            last = ClaimEvent.objects.filter(claim=place).last()
            assert last is not None and last.to_state == place.state

    def teardown(self) -> None:
        self.transaction.__exit__(Undo, Undo(), None)


@pytest.mark.django_db
def test_any_sequence_keeps_the_books(cast: Cast) -> None:
    machine = type("ClaimingInCity", (Claiming,), {"cast": cast})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
