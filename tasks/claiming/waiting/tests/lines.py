"""Help for the tests of waiting lists: a full task, people in line, what the books say."""

import datetime as dt
from typing import Any

from members.models import Member
from tasks.claiming.waiting import waiting
from tasks.models import Claim, ClaimEvent, Task
from tasks.tests.offers import make_offer, take, user_of
from xianfeng.testing.cast import Cast


def full_task(cast: Cast, *holders: Member, **fields: Any) -> Task:
    """As many places as holders; all of the city may come."""
    task = make_offer(cast, capacity=len(holders), audience=[cast.city], **fields)
    for member in holders:
        take(task, member)
    return task


def join(task: Task, member: Member, now: dt.datetime | None = None) -> Claim:
    waiting.join(task.pk, by=user_of(member), now=now)
    return place_of(task, member)


def place_of(task: Task, member: Member) -> Claim:
    return Claim.objects.select_related("member__user", "task__publisher").get(task=task, member=member)


def state_of(task: Task, member: Member) -> str:
    return place_of(task, member).state


def check_books(task: Task) -> None:
    """The counter is the rows, nothing is oversold, and every row stands where its history ends."""
    task.refresh_from_db()
    assert task.places_taken == Claim.objects.holding().filter(task=task).count() <= task.capacity
    for claim in Claim.objects.filter(task=task):
        last = ClaimEvent.objects.filter(claim=claim).last()
        assert last is not None and last.to_state == claim.state
