"""Series for tests: 青锋社区 comes together on some Fridays, two weeks from now on."""

import datetime as dt
from typing import Any

from tasks.models import Series, ServiceItem, Task
from tasks.models.recurrence import Frequency
from tasks.series import planning
from tasks.tests.desk import terms
from xianfeng.lib.times import at, today
from xianfeng.testing.cast import Cast

WEEK = dt.timedelta(weeks=1)


def first_friday() -> dt.date:
    """Far enough for the hours before a start to play no part."""
    return today() + dt.timedelta(days=14 + (4 - today().weekday()) % 7)


def fridays(count: int) -> list[dt.date]:
    return [first_friday() + number * WEEK for number in range(count)]


def friday_terms(**changes: Any) -> dict[str, Any]:
    start = at(first_friday(), 14)
    when = {"starts_at": start, "ends_at": at(first_friday(), 16), "signup_closes_at": start}
    opens = {"signup_opens_at": at(today(), 0) - dt.timedelta(days=1)}
    return terms(title="周五下沉日", **when, **opens) | changes


def make_series(cast: Cast, count: int = 3, **changes: Any) -> Series:
    """Published by the community for its members."""
    item, _made = ServiceItem.objects.get_or_create(
        code="TEST", defaults={"name": "环境整治", "category": "activity", "max_flags": 2}
    )
    days = fridays(count)
    given: dict[str, Any] = {
        "by": cast.clerk, "publisher": cast.community, "item": item, "audience": [cast.community],
        "frequency": Frequency.WEEKLY, "until": days[-1], "days": days, "skips_holidays": False,
    }  # fmt: skip
    return planning.create(**given | friday_terms() | changes)


def dates_of(series: Series) -> list[Task]:
    return list(
        Task.objects.filter(series=series).select_related("publisher", "series").order_by("series_day")
    )


def a_date(cast: Cast) -> Task:
    return dates_of(make_series(cast))[0]
