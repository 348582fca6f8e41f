"""A small city with enough to do: places to take, service to verify, a roster to import."""

import datetime as dt
from dataclasses import dataclass
from itertools import batched

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from flags.models import Policy
from members import methods
from members.models import Member, User
from tasks.models import Task
from tasks.tests.crowds import make_crowd
from tasks.tests.desk import ended_task
from tasks.tests.offers import make_offer
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_cast

MEMBERS, TASKS_EACH = 60, 60
ENDED, ON_EACH = 120, 5
PASSWORD = "a-password-under-trouble"


@dataclass
class Stage:
    cast: Cast
    members: list[tuple[int, str]]  # member and the key of an open session
    offers: list[int]
    ended: list[int]
    desks: dict[str, str]  # who → key of an open session


def set_stage() -> Stage:
    cast = make_cast()
    cast.clerk.set_password(PASSWORD)
    cast.clerk.save()
    Policy.objects.create(year=today().year, places_per_week=500, open_claims=500)
    crowd = make_crowd(cast, MEMBERS)
    for member in crowd:
        User.objects.filter(pk=member.user_id).update(email=f"m{member.pk}@example.test")
    offers = [make_offer(cast, starts_in=dt.timedelta(days=1, hours=3 * number), capacity=MEMBERS)
              for number in range(TASKS_EACH)]  # fmt: skip
    return Stage(
        cast,
        [(member.pk, session_of(member.user, methods.CODE)) for member in crowd if member.user],
        [task.pk for task in offers],
        [task.pk for task in ended_tasks(cast, crowd)],
        {who: session_of(getattr(cast, who), methods.PASSWORD) for who in ("clerk", "city_officer")},
    )


def ended_tasks(cast: Cast, crowd: list[Member]) -> list[Task]:
    """Service of last days that waits for a decision; no two of one person at a time."""
    rounds = [group for _round in range(ENDED) for group in batched(crowd, ON_EACH, strict=False)]
    return [
        ended_task(
            cast, *group, ago=dt.timedelta(hours=30 + 2 * number), lasts=dt.timedelta(hours=1), minutes=60
        )
        for number, group in enumerate(rounds[:ENDED])
    ]


def session_of(user: User, method: str) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    methods.note(store, user, method)
    store.set_expiry(timezone.now() + dt.timedelta(hours=6))
    store.save()
    assert store.session_key
    return store.session_key
