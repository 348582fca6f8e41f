"""Claims of a merged record: they go along, and nobody is on one task twice."""

import pytest

from flags.models import FlagEntry
from members.merging import merging
from members.models import Member, Merge
from tasks.claiming.claiming import withdraw
from tasks.models import Claim, Task
from tasks.tests.desk import ended_task
from tasks.tests.offers import make_offer, take, user_of
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision, verify
from xianfeng.testing.cast import Cast, make_member

State = Claim.State


@pytest.fixture
def double(cast: Cast) -> Member:
    return make_member("李建国", "13900000021", cast.unit, cast.estate)


def merged(cast: Cast, double: Member) -> Merge:
    return merging.merge(cast.li, double, reason="本人确认", by=cast.city_officer)


def lit(cast: Cast, task: Task) -> None:
    """Everybody who holds a place was there and gets a flag."""
    task.claims.holding().update(presence=Claim.Presence.PRESENT)
    decisions = [Decision(claim.pk, "good", 120, 1) for claim in task.claims.holding()]
    verify(task, decisions, by=cast.clerk)


def flags(member: Member) -> int:
    return sum(FlagEntry.objects.filter(member=member).values_list("delta", flat=True))


def states(task: Task) -> dict[int, str]:
    return dict(task.claims.values_list("member", "state"))


def test_claims_go_along_and_back(cast: Cast, double: Member):
    claim = take(make_offer(cast), double)
    done = merged(cast, double)
    assert Claim.objects.get(pk=claim.pk).member == cast.li
    merging.undo(done, reason="弄错了", by=cast.city_officer)
    assert Claim.objects.get(pk=claim.pk).member == double


def test_two_places_on_one_task_become_one(cast: Cast, double: Member):
    task = make_offer(cast)
    take(task, cast.li)
    take(task, double)
    merged(cast, double)
    task.refresh_from_db()
    assert task.places_taken == 1 == task.claims.holding().count()
    assert states(task) == {cast.li.pk: State.CLAIMED, double.pk: State.WITHDRAWN}


def test_of_two_places_on_a_task_that_is_over_one_is_counted_out(cast: Cast, double: Member):
    task = ended_task(cast, cast.li, double)
    merged(cast, double)
    task.refresh_from_db()
    assert task.places_taken == 1 == task.claims.holding().count()


def test_a_place_that_the_kept_record_gave_back_is_held_again(cast: Cast, double: Member):
    task = make_offer(cast)
    withdraw(take(task, cast.li), by=user_of(cast.li))
    take(task, double)
    merged(cast, double)
    task.refresh_from_db()
    assert task.places_taken == 1 == task.claims.holding().count()
    assert states(task)[cast.li.pk] == State.CLAIMED


def test_the_same_service_verified_twice_counts_once(cast: Cast, double: Member):
    lit(cast, ended_task(cast, cast.li, double))
    lit(cast, ended_task(cast, double))
    assert ("同一任务两条都接了", "1 项，只算一次") in merging.preview(cast.li, double)
    done = merged(cast, double)
    assert (flags(cast.li), flags(double)) == (2, 0)
    merging.undo(done, reason="弄错了", by=cast.city_officer)
    assert (flags(cast.li), flags(double)) == (1, 2)


def test_taking_back_a_decision_of_before_takes_its_flag_from_the_person(cast: Cast, double: Member):
    task = ended_task(cast, double)
    lit(cast, task)
    merged(cast, double)
    assert flags(cast.li) == 1
    claim = task.claims.get()
    reverse_verification(claim.verifications.get(), reason="没有到场", by=cast.secretary)
    assert (flags(cast.li), flags(double)) == (0, 0)
    lit(cast, Task.objects.get(pk=task.pk))
    assert (flags(cast.li), flags(double)) == (1, 0)


def test_what_was_decided_since_stays_with_the_kept_record(cast: Cast, double: Member):
    task = ended_task(cast, double)
    done = merged(cast, double)
    lit(cast, task)
    merging.undo(done, reason="弄错了", by=cast.city_officer)
    assert task.claims.get().member == cast.li and flags(cast.li) == 1
