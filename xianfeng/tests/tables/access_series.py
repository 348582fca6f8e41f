"""Series of 青锋花苑, their calendar and poster in the access table; `access.py` says how it is read."""

from typing import Any

from tasks.models import Series
from tasks.tests.offers import make_offer
from tasks.tests.series import dates_of, fridays, make_series
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.answers import Access, only

SEE_TASKS = ("city", "street", "community", "estate", "auditor")


def an_estates_series(cast: Cast) -> Series:
    return make_series(cast, by=cast.estate_clerk, publisher=cast.estate, audience=[cast.estate])


def a_series(cast: Cast) -> dict[str, Any]:
    return {"pk": an_estates_series(cast).pk}


def a_date(cast: Cast) -> dict[str, Any]:
    return {"pk": dates_of(an_estates_series(cast))[0].pk}


def an_open_task(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast, publisher=cast.estate, audience=[cast.estate]).pk}


OF_MEMBER: dict[str, Any] = {"post": only("member", status=302), "kwargs": a_series}

SERIES: dict[str, Access] = {
    "tasks:series_list": Access(get=only(*SEE_TASKS)),
    "tasks:series_new": Access(
        get=only("city", "community", "estate"), post=only("city", "community", "estate")
    ),
    "tasks:series": Access(get=only(*SEE_TASKS), kwargs=a_series),
    "tasks:series_prolong": Access(
        post=only("estate", status=302),
        kwargs=a_series,
        data=lambda cast: {"until": fridays(4)[-1].isoformat()},
    ),
    "tasks:edit_following": Access(get=only("estate"), post=only("estate"), kwargs=a_date),
    "tasks:cancel_following": Access(
        post=only("community", "estate", status=302), kwargs=a_date, data=lambda cast: {"reason": "场地装修"}
    ),
    "tasks:poster": Access(get=only(*SEE_TASKS), kwargs=an_open_task),
    "tasks:calendar": Access(get=only(*SEE_TASKS)),
    "tasks:my_calendar": Access(get=only("member")),
    "tasks:my_series": Access(get=only("member"), kwargs=a_series),
    "tasks:claim_series": Access(**OF_MEMBER),
    "tasks:withdraw_series": Access(**OF_MEMBER),
}
