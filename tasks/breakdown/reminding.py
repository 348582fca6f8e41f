"""Who has not taken up a target: told once before its day and once after it, the city with them."""

import datetime as dt

from notices.outbox import send_many
from tasks.breakdown import messages
from tasks.models import Target
from xianfeng.lib.times import today
from xianfeng.lib.workdays import add_working_days

REMIND_BEFORE = 2  # working days
# A reminder that beat missed is made up for within these days; later the list of the late speaks.
CATCH_UP = dt.timedelta(days=7)


def remind(on: dt.date | None = None) -> int:
    """Idempotent by the key of each message; returns how many were new."""
    day = on or today()
    related = Target.objects.open().select_related("task__publisher", "organization").order_by("pk")
    near = related.filter(due__gte=day, due__lte=add_working_days(day, REMIND_BEFORE))
    late = list(related.filter(due__lt=day, due__gte=day - CATCH_UP))
    told = send_many(message for target in near for message in messages.tell_due(target))
    told += send_many(message for target in late for message in messages.tell_late(target))
    return told + send_many(messages.digests(late))
