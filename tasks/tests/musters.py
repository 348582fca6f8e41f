"""Musters, for tests: 青锋社区 whistles to its people for a start that is now, unless told otherwise."""

import datetime as dt
from typing import Any

from django.utils import timezone

from members.models import Member
from tasks.models import Call, Muster, Task
from tasks.mustering import answering, mustering
from tasks.tests.offers import user_of
from xianfeng.testing.cast import Cast


def whistle(cast: Cast, **changes: Any) -> Muster:
    said: dict[str, Any] = {
        "by": cast.secretary, "publisher": cast.community, "audience": [cast.community], "title": "内涝排险",
        "text": "带雨具", "place": "花苑南门", "starts_at": None, "hours": 4, "capacity": 5,
        "organiser_name": "林社工",
    }  # fmt: skip
    return mustering.call(**said | changes)


def begun(muster: Muster, ago: dt.timedelta = dt.timedelta(minutes=30)) -> Muster:
    """The same, whistled a while ago."""
    task = muster.task
    earlier = {
        name: getattr(task, name) - ago
        for name in ("starts_at", "ends_at", "signup_opens_at", "signup_closes_at", "published_at")
    }
    Task.objects.filter(pk=task.pk).update(**earlier)
    Muster.objects.filter(pk=muster.pk).update(called_at=timezone.now() - ago)
    return fresh(muster)


def fresh(muster: Muster) -> Muster:
    return Muster.objects.select_related("task__publisher__parent", "task__item").get(pk=muster.pk)


def yes(muster: Muster, member: Member) -> Call:
    return answering.accept(muster.pk, by=user_of(member))


def no(muster: Muster, member: Member) -> Call:
    return answering.decline(muster.pk, by=user_of(member))


def answers(muster: Muster) -> dict[str, str]:
    """What each said, by name."""
    return dict(muster.calls.values_list("member__name", "state"))
