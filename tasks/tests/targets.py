"""City tasks that are broken down, for tests."""

import datetime as dt
from typing import Any

from members.models import Organization
from tasks.breakdown.breakdown import set_targets
from tasks.models import Target, Task
from tasks.sharing.sharing import take_up
from tasks.tests.desk import terms
from tasks.tests.offers import make_offer
from xianfeng.lib.times import local_date
from xianfeng.testing.cast import Cast


def city_task(cast: Cast, *audience: Organization, **fields: Any) -> Task:
    """The city's, for everybody unless told otherwise; two flags, three days from now."""
    fields = {"title": "全市清洁日", "flags": 2, "created_by": cast.city_officer, **fields}
    return make_offer(cast, publisher=cast.city, audience=list(audience) or [cast.city], **fields)


def target_of(cast: Cast, task: Task, place: Organization | None = None, places: int = 5) -> Target:
    day = local_date(task.starts_at) - dt.timedelta(days=1)
    (target,) = set_targets(task, {place or cast.community: places}, due=day, by=cast.city_officer)
    return Target.objects.select_related("task__publisher", "task__item", "organization").get(pk=target.pk)


def a_target(cast: Cast, place: Organization | None = None) -> Target:
    """Of a task that reaches one place alone, 青锋社区 unless told otherwise."""
    return target_of(cast, city_task(cast, place or cast.community), place)


def part_of(cast: Cast, target: Target, user: str = "clerk", **changes: Any) -> Task:
    """The community's own task for it, at the city's time unless told otherwise."""
    whole = target.task
    same = {name: getattr(whole, name) for name in ("starts_at", "ends_at", "signup_closes_at")}
    given = terms(**{"title": "清洁花苑", **same, **changes})
    return take_up(target, by=getattr(cast, user), publish_now=True, **given)
