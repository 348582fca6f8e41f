"""Teams and single members at once, on real connections: nothing is sold twice, nobody is on it twice."""

import threading
from functools import partial

import pytest
from django.db import transaction

from members.models import Member, Team, TeamRole
from members.teams.tests.teams import make_team
from tasks.claiming.waiting.tests.lines import check_books
from tasks.models import Claim, Task
from tasks.teams.claiming import claim_for
from tasks.tests.crowds import at_once, make_crowd
from tasks.tests.offers import make_offer, take, user_of
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 20


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


@pytest.fixture
def crowd(cast: Cast) -> list[Member]:
    return make_crowd(cast, 30)


@pytest.fixture
def team(cast: Cast, crowd: list[Member]) -> Team:
    team = make_team(cast)
    TeamRole.objects.bulk_create(TeamRole(team=team, member=one, state="serving") for one in crowd[:10])
    return team


def team_claims(task: Task, team: Team, members: list[Member], cast: Cast, *, all_or_none: bool) -> None:
    named = [one.pk for one in members]
    claim_for(task.pk, team, named, all_or_none=all_or_none, by=user_of(cast.li))


def clear() -> None:
    Claim.objects.all().delete()
    Task.objects.all().delete()


@pytest.mark.parametrize("all_or_none", [True, False])
def test_a_teams_claim_against_singles(
    cast: Cast, crowd: list[Member], team: Team, all_or_none: bool
) -> None:
    """Ten of a team and thirty single members, the ten among them, for fifteen places."""
    for _round in range(ROUNDS):
        task = make_offer(cast, capacity=15)
        ours = partial(team_claims, task, team, crowd[:10], cast, all_or_none=all_or_none)
        singles = [partial(take, task, one) for one in crowd]
        at_once([*singles[:5], ours, *singles[5:]], threads=31)
        check_books(task)
        assert task.is_full and task.claims.holding().count() == 15
        offered = task.claims.filter(team=team).count()
        assert not all_or_none or offered in (0, 10)
        clear()


def test_two_teams_that_share_their_people_lock_them_in_one_order(
    cast: Cast, crowd: list[Member], team: Team
) -> None:
    """Named in opposite orders: nobody waits for each other, and each of them is on the task once."""
    for _round in range(ROUNDS):
        task = make_offer(cast, capacity=20)
        named = crowd[:10]
        codes = together(
            partial(team_claims, task, team, named, cast, all_or_none=False),
            partial(team_claims, task, team, named[::-1], cast, all_or_none=False),
        )
        assert codes == ["", ""]
        check_books(task)
        assert task.places_taken == 10
        clear()


def test_negative_control_a_team_that_counts_and_then_inserts_oversells(
    cast: Cast, crowd: list[Member]
) -> None:
    """The same meeting without the task's row: both have counted, then both write."""
    task, gate = make_offer(cast, capacity=10), threading.Barrier(2)

    def naive(members: list[Member]) -> None:
        with transaction.atomic():
            left = task.capacity - Claim.objects.filter(task=task).count()
            gate.wait(timeout=60)
            if len(members) <= left:
                Claim.objects.bulk_create(Claim(task=task, member=member) for member in members)

    together(partial(naive, crowd[:8]), partial(naive, crowd[8:16]))
    assert Claim.objects.count() > task.capacity
