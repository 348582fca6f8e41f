"""What waits for the city: tasks to let out or send back, and tasks that members doubt."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from members.models import User
from tasks.models import ScopeReport, Screening, Task
from tasks.models.scope import ScreeningQuerySet
from xianfeng.lib.times import local_date, today
from xianfeng.lib.workdays import add_working_days

OPEN = Q(scope_reports__withdrawn_at=None, scope_reports__answered_at=None)
DECIDE_WITHIN = 5  # working days after the first report


def in_review(user: User) -> ScreeningQuerySet:
    """The nearest deadline first, and of one day the task that begins first."""
    waiting = (
        Screening.objects.visible_to(user).open().select_related("task__publisher", "task__item", "asked_by")
    )
    return waiting.order_by("due", "task__starts_at", "pk")


def doubted(user: User) -> QuerySet[Task]:
    """Tasks with reports that nobody answered; how many, and since when. Who said it stays unsaid."""
    waiting = ScopeReport.objects.open().values("task")
    tasks = Task.objects.visible_to(user).filter(state__in=Task.State.ENTERABLE, pk__in=waiting)
    waits = tasks.select_related("publisher").annotate(
        reports=Count("scope_reports", filter=OPEN), since=Min("scope_reports__at", filter=OPEN)
    )
    return waits.order_by("since", "pk")


@dataclass(frozen=True)
class Doubt:
    """A task that members doubt."""

    task: Task

    @property
    def due(self) -> dt.date:
        return add_working_days(local_date(self.task.since), DECIDE_WITHIN)  # type: ignore[attr-defined]

    @property
    def is_late(self) -> bool:
        return self.due < today()
