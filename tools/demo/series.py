"""A community's Fridays until the end of the year: one moved by itself, one festival left out."""

import datetime as dt
from typing import Any

from members.models import Member, Organization, User
from tasks.models import ServiceItem, Task
from tasks.models.recurrence import Frequency, days_of
from tasks.publishing import publishing
from tasks.series import planning, signing
from xianfeng.lib.times import today

from .clock import at

TITLE, DAY = "周五下沉日", dt.timedelta(days=1)


def come_on_fridays(community: Organization, *, by: User) -> None:
    """Eight weeks from the next Friday but one on; the third comes a day earlier, some people come often."""
    first = today() + dt.timedelta(days=7 + (4 - today().weekday()) % 7)
    last = first + dt.timedelta(weeks=7)
    days = planning.without_holidays(days_of(Frequency.WEEKLY, first, last))
    series = planning.create(
        by=by, publisher=community, item=ServiceItem.objects.get(code="ACT-02"), audience=[community],
        frequency=Frequency.WEEKLY, until=last, days=days, **terms(first, by),
    )  # fmt: skip
    third = series.dates.order_by("series_day")[2]
    earlier = {name: getattr(third, name) - DAY for name in planning.MOVES_ALONG}
    publishing.edit(third, by=by, **earlier)
    people = Member.objects.registered().filter(community=community).exclude(user=None).order_by("pk")
    for member in people.select_related("user")[:4]:
        if member.user:
            signing.claim_all(series, member, by=member.user)


def terms(first: dt.date, by: User) -> dict[str, Any]:
    return {
        "title": TITLE, "text": "到网格走一走：看望老人，清理楼道，收集心愿。", "place": "社区党群服务中心",
        "starts_at": at(first, 14), "ends_at": at(first, 16), "signup_opens_at": at(today(), 0),
        "signup_closes_at": at(first, 14), "capacity": 8, "flags": 1, "minutes": 120,
        "organiser_name": by.name, "presence": Task.Presence.ROSTER,
    }  # fmt: skip
