"""A community takes a target up: out of the city's task it makes its own, with its place, time and people."""

import datetime as dt
from typing import Unpack

from django.db import transaction
from django.utils import timezone

from members.models import User
from tasks.breakdown import breakdown, rules
from tasks.models import Target, Task
from tasks.publishing import publishing


@transaction.atomic
def take_up(
    target: Target,
    *,
    by: User,
    publish_now: bool,
    insist: str = "",
    key: str | None = None,
    now: dt.datetime | None = None,
    **terms: Unpack[publishing.Terms],
) -> Task:
    """A task of the community for whom the city's reaches there; the target is taken up with it.

    Another one may follow, at another time or place. Raises WrongState, OutsideTheWhole, and what
    `publishing.create` refuses.
    """
    rules.demand_answerer(by, target)
    rules.check_still_asked(target)
    place, whole = target.organization, target.task
    part = publishing.create(
        by=by, publisher=place, item=whole.item, audience=[place], parent=whole, publish_now=publish_now,
        insist=insist, key=key, now=now, **terms,
    )  # fmt: skip
    if not target.is_taken:
        breakdown.take(target, part, by=by, at=now or timezone.now())
    return part
