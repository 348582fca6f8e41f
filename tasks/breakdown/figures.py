"""How far a city task has come, organisation by organisation: asked, taken up, places, claims, verified."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User
from tasks.models import Claim, Target, Task
from tasks.models.claim import ClaimQuerySet
from tasks.rights import Kind
from xianfeng.lib.times import today

FIGURES: dict[str, tuple[Promise, Q]] = {
    "held": (_("接单"), Q(state__in=Claim.State.HOLDS_PLACE)),
    "verified": (_("已认定"), Q(state=Claim.State.VERIFIED)),
}


@dataclass
class Row:
    """One organisation's target with what came of it."""

    target: Target
    parts: list[Task] = field(default_factory=list)
    held: int = 0
    verified: int = 0

    @property
    def places(self) -> int:
        """Offered by a community's own tasks, or promised by a unit."""
        return sum(part.capacity for part in self.parts) or self.target.promised or 0

    @property
    def is_short(self) -> bool:
        return self.held < self.target.places

    @property
    def share(self) -> int:
        return min(100, round(100 * self.held / self.target.places))

    def cells(self) -> list[tuple[str, int]]:
        return [(name, getattr(self, name)) for name in FIGURES]


@dataclass(frozen=True)
class RollUp:
    """A whole task: its rows, the late first, and everything together, where each person counts once."""

    rows: list[Row]
    held: int
    verified: int

    @property
    def asked(self) -> int:
        return sum(row.target.places for row in self.rows if row.target.is_asked)

    @property
    def taken(self) -> int:
        return sum(row.target.is_taken for row in self.rows)

    @property
    def places(self) -> int:
        return sum(row.places for row in self.rows)

    @property
    def late(self) -> int:
        return sum(row.target.is_late for row in self.rows)


def roll_up(task: Task, user: User) -> RollUp:
    """Of the targets that the desk sees. Three queries."""
    targets = Target.objects.visible_to(user).filter(task=task).select_related("organization", "answered_by")
    rows = {target.pk: Row(target) for target in targets}
    parts = by_publisher(task)
    for row in rows.values():
        row.parts = parts.get(row.target.organization_id, [])
    groups = claim_groups(task)
    for row in rows.values():
        count_in(row, groups)
    total = {name: sum(group[name] for group in groups) for name in FIGURES}
    return RollUp(sorted(rows.values(), key=urgency), **total)


def urgency(row: Row) -> tuple[Any, ...]:
    target, day = row.target, today()
    late = target.is_open and target.due < day
    order = [Target.State.OPEN, Target.State.DECLINED, Target.State.TAKEN, Target.State.WITHDRAWN]
    return not late, order.index(Target.State(target.state)), target.due, target.organization.path


def by_publisher(task: Task) -> dict[int, list[Task]]:
    found: dict[int, list[Task]] = {}
    live = task.parts.filter(state__in=Task.State.ENTERABLE).order_by("starts_at", "pk")
    for part in live:
        found.setdefault(part.publisher_id, []).append(part)
    return found


def claims_of(task: Task) -> ClaimQuerySet:
    """On the whole and on its parts."""
    return Claim.objects.filter(Q(task=task) | Q(task__parent=task))


def claim_groups(task: Task) -> list[dict[str, Any]]:
    """Counts by where the place was taken, and where the person lives and works. One query."""
    counts: dict[str, Any] = {name: Count("pk", filter=rows) for name, (_word, rows) in FIGURES.items()}
    named = ("task__parent", "task__publisher", "member__community", "member__unit__path")
    return list(claims_of(task).holding().order_by().values(*named).annotate(**counts))


def count_in(row: Row, groups: Iterable[dict[str, Any]]) -> None:
    """A unit's people wherever they serve; a community's own tasks, and its people on the whole."""
    place = row.target.organization
    for group in groups:
        if place.kind == Kind.UNIT:
            is_theirs = str(group["member__unit__path"]).startswith(str(place.path))
        elif group["task__parent"]:
            is_theirs = group["task__publisher"] == place.pk
        else:
            is_theirs = group["member__community"] == place.pk
        if is_theirs:
            row.held += group["held"]
            row.verified += group["verified"]


def behind(target: Target, of: str) -> ClaimQuerySet:
    """The claims that `count_in` counted for it."""
    place, claims = target.organization, claims_of(target.task).holding()
    if place.kind == Kind.UNIT:
        theirs = Q(member__unit__path__startswith=str(place.path))
    else:
        theirs = Q(task__parent=target.task_id, task__publisher=place) | Q(
            task=target.task_id, member__community=place
        )
    return claims.filter(theirs, FIGURES[of][1])
