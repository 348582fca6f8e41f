"""A series that ends soon: its publisher is reminded, once for each last day."""

import datetime as dt

from notices.outbox import send_many
from tasks.models import Series, Task
from tasks.series import messages
from xianfeng.lib.times import today

AHEAD = dt.timedelta(days=14)


def remind(on: dt.date | None = None) -> int:
    """Idempotent by the key of each message; what was called off whole ended for good."""
    day = on or today()
    going_on = Task.objects.exclude(state=Task.State.CANCELLED).exclude(series=None)
    ending = Series.objects.filter(
        last_day__gte=day, last_day__lte=day + AHEAD, pk__in=going_on.order_by().values("series")
    )
    rows = ending.select_related("publisher").order_by("pk")
    return send_many(message for series in rows for message in messages.reminders(series))
