"""Out of scope, in figures: what each community published, what was warned of, reviewed, found to be none.

A task counts by when it went out; what stopped it, by when that was; what members say, by when they said it.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Appointment, Organization
from tasks.models import ScopeReport, Screening, Task
from tasks.models.task import TaskQuerySet
from xianfeng.lib.ids import id_of
from xianfeng.lib.times import at

Kind, Outcome = Organization.Kind, Screening.Outcome
DAY = dt.timedelta(days=1)
type Figures = dict[str, tuple[Promise, Q]]


class Period(NamedTuple):
    """From its first moment to before its last."""

    start: dt.datetime
    end: dt.datetime

    @classmethod
    def of(cls, first: dt.date, last: dt.date) -> Self:
        return cls(at(first, 0), at(last, 0) + DAY)

    def holds(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.start, f"{column}__lt": self.end})


def screened(period: Period, *outcomes: str) -> Q:
    asked: Any = period.holds("asked_at")
    rows = Screening.objects.filter(asked, outcome__in=outcomes)
    return Q(pk__in=rows.values("task_id"))


def conditions(period: Period, *, with_reports: bool) -> Figures:
    """Each figure's word and rows; what members say is the city's to know."""
    out = period.holds("published_at")
    reported = ScopeReport.objects.standing().filter(period.holds("at"))
    figures: Figures = {
        "published": (_("已发布"), out),
        "insisted": (_("提醒后仍发布"), screened(period, Outcome.INSISTED)),
        "reviewed": (_("送审"), screened(period, *Outcome.REVIEWED)),
        "returned": (_("退回"), screened(period, *Outcome.CAME_BACK)),
        "reported": (_("党员反映"), Q(pk__in=reported.values("task_id"))),
        "outside": (_("裁定超出范围"), out & Q(scope=Task.Scope.OUTSIDE)),
    }
    if not with_reports:
        del figures["reported"]
    return figures


@dataclass
class Place:
    """A community with its estates, or the city's own."""

    pk: int
    name: str
    figures: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def share(self) -> float:
        """Of what went out, how much the city found to be no volunteer service; in per cent."""
        out = self.figures["published"]
        return round(100 * self.figures["outside"] / out, 1) if out else 0.0

    def cells(self) -> list[tuple[str, int]]:
        return list(self.figures.items())


def tasks_of(desk: Appointment) -> TaskQuerySet:
    """What the desk's branch published: of the city's a community answers for nothing here."""
    return Task.objects.filter(publisher__path__startswith=str(desk.organization.path))


def places(tasks: TaskQuerySet, figures: Figures) -> list[Place]:
    """The greatest share first. One query."""
    counts = {name: Count("pk", filter=rows) for name, (_word, rows) in figures.items()}
    named = (
        "publisher",
        "publisher__kind",
        "publisher__name",
        "publisher__parent",
        "publisher__parent__name",
    )
    found: dict[int, Place] = {}
    rows: Any = tasks.order_by().values(*named).annotate(**counts).order_by("publisher__path")
    for row in rows:
        side = "publisher__parent" if row["publisher__kind"] == Kind.ESTATE else "publisher"
        place = found.setdefault(row[side], Place(row[side], row[f"{side}__name"]))
        for name in figures:
            place.figures[name] += row[name]
    return sorted(found.values(), key=lambda place: -place.share)


def total_of(every: list[Place]) -> Place:
    whole = Place(0, str(_("合计")))
    for place in every:
        for name, count in place.figures.items():
            whole.figures[name] += count
    return whole


def narrowed(tasks: TaskQuerySet, rows: Q, place: str) -> TaskQuerySet:
    """The rows behind one figure, of one place or of all."""
    found = tasks.filter(rows)
    if not place:
        return found
    of_estates = Q(publisher__kind=Kind.ESTATE, publisher__parent=id_of(place))
    return found.filter(Q(publisher=id_of(place)) | of_estates)
