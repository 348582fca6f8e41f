"""Until when service is recorded (志愿服务记录与证明出具办法(试行), 民政部令67号)."""

import datetime as dt

from django.db.models import Q

from tasks.models import Task
from xianfeng.lib.times import at, local_date, today
from xianfeng.lib.workdays import add_working_days

RECORD_WITHIN = 10  # working days after the end
REMIND_AFTER = 8
DAY = dt.timedelta(days=1)


def record_deadline(task: Task) -> dt.date:
    """The last day to record the service of a task."""
    return add_working_days(local_date(task.ends_at), RECORD_WITHIN)


def last_overdue_day(on: dt.date | None = None) -> dt.date:
    """Tasks that ended on this day or before are past their deadline."""
    day = reference = on or today()
    while add_working_days(day, RECORD_WITHIN) >= reference:
        day -= DAY
    return day


def overdue() -> Q:
    """Of tasks that wait for a decision, those past their deadline."""
    return Q(ends_at__lt=at(last_overdue_day(), 0) + DAY)
