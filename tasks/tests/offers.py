"""Tasks to claim, for tests: published by 青锋社区 to itself unless told otherwise."""

import datetime as dt
from typing import Any

from django.utils import timezone

from members.models import Member, Organization, User
from tasks.claiming.claiming import claim
from tasks.models import Claim, ServiceItem, Task
from xianfeng.testing.cast import Cast

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def make_offer(
    cast: Cast,
    *,
    starts_in: dt.timedelta = 3 * DAY,
    lasts: dt.timedelta = 2 * HOUR,
    audience: list[Organization] | None = None,
    **fields: Any,
) -> Task:
    """A published task whose sign-up is open until it starts."""
    item, _created = ServiceItem.objects.get_or_create(
        code="TEST", defaults={"name": "环境整治", "category": "activity", "max_flags": 2}
    )
    start = fields.pop("starts_at", None) or timezone.now() + starts_in
    values: dict[str, Any] = {
        "item": item, "category": item.category, "title": "周末清洁楼道", "place": "青锋花苑3幢",
        "starts_at": start, "ends_at": start + lasts, "signup_opens_at": timezone.now() - DAY,
        "signup_closes_at": start, "capacity": 5, "minutes": 120, "organiser_name": "林社工",
        "publisher": cast.community, "state": Task.State.PUBLISHED, "created_by": cast.clerk,
    }  # fmt: skip
    task = Task.objects.create(**values | fields)
    task.audience.set(audience or [cast.community])
    return task


def user_of(member: Member) -> User:
    """The account the member logs in with."""
    assert member.user is not None
    return member.user


def take(task: Task, member: Member, now: dt.datetime | None = None) -> Claim:
    """The member claims for themself."""
    return claim(task.pk, member, by=user_of(member), now=now)
