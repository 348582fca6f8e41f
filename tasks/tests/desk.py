"""Help for the desk's tests: terms of a task, a task that ended, a client at a desk."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.test import Client
from django.utils import timezone

from members.models import Member, User
from tasks.models import Claim, ServiceItem, Task
from tasks.tests.offers import DAY, HOUR, make_offer
from xianfeng.testing.cast import Cast


def make_item(code: str = "T-1", **fields: Any) -> ServiceItem:
    values: dict[str, Any] = {"name": "楼道清洁", "category": "activity", "min_flags": 1, "max_flags": 2}
    return ServiceItem.objects.create(code=code, **values | fields)


def terms(**changes: Any) -> dict[str, Any]:
    """What a sound task says, three days from now."""
    start = timezone.now().replace(microsecond=0) + 3 * DAY
    values: dict[str, Any] = {
        "title": "周末清洁", "text": "", "place": "花苑3幢", "starts_at": start, "ends_at": start + 2 * HOUR,
        "signup_opens_at": start - 4 * DAY, "signup_closes_at": start, "capacity": 5, "flags": 1,
        "minutes": 120, "organiser_name": "林社工", "presence": Task.Presence.ROSTER,
    }  # fmt: skip
    return values | changes


def ended_task(cast: Cast, *members: Member, ago: dt.timedelta = 2 * DAY, **fields: Any) -> Task:
    """A task that is over, the members holding places on it."""
    start = timezone.now() - ago
    task = make_offer(
        cast, starts_at=start, signup_opens_at=start - DAY, signup_closes_at=start, flags=1, **fields
    )
    for member in members:
        hold(task, member)
    return task


def hold(task: Task, member: Member, presence: str = "") -> Claim:
    Task.objects.filter(pk=task.pk).update(places_taken=F("places_taken") + 1)
    return Claim.objects.create(task=task, member=member, presence=presence)


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
