"""A city task by community: each answers for its own people, and the city sees who has not."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from tasks.models import Claim, Task
from tasks.models.claim import ClaimQuerySet
from xianfeng.lib.ids import id_of

NOWHERE = "none"  # people without a community: the city's own to decide on
FIGURES: dict[str, tuple[Promise, Q]] = {
    "held": (_("接单"), Q(state__in=Claim.State.HOLDS_PLACE)),
    "marked": (_("已记签到"), Q(state__in=Claim.State.HOLDS_PLACE) & ~Q(presence=Claim.Presence.UNKNOWN)),
    "decided": (_("已认定"), Q(state__in=Claim.State.DECIDED)),
    "waiting": (_("待认定"), Q(state__in=Claim.State.OPEN)),
}
# What else of a task's claims has a figure on its page.
PENDING = "pending"
ROWS = {name: condition for name, (_word, condition) in FIGURES.items()} | {
    PENDING: Q(state__in=Claim.State.PENDING)
}


@dataclass(frozen=True)
class Share:
    """One community's people on the task; `key` and the figures' names open the rows behind them."""

    key: str
    name: str
    figures: list[tuple[str, int]]

    @property
    def waiting(self) -> int:
        return dict(self.figures)["waiting"]


def has_shares(task: Task, organization: Organization) -> bool:
    """Whether the desk looks at a city task from above the communities."""
    kinds = Organization.Kind
    return task.is_of_city and organization.kind in (kinds.CITY, kinds.STREET)


def shares_of(claims: ClaimQuerySet) -> list[Share]:
    """Who waits longest comes first. One query."""
    counts = {name: Count("pk", filter=condition) for name, (_word, condition) in FIGURES.items()}
    by_community = claims.holding().values("member__community", "member__community__name")
    rows: Any = by_community.annotate(**counts).order_by("member__community__path")
    shares = [
        Share(
            str(row["member__community"] or NOWHERE),
            row["member__community__name"] or str(_("没有社区的党员")),
            [(name, row[name]) for name in FIGURES],
        )
        for row in rows
    ]
    return sorted(shares, key=lambda share: -share.waiting)


def narrowed(request: HttpRequest, claims: ClaimQuerySet) -> ClaimQuerySet:
    """The rows behind one figure: `?community=` a community's people, `?of=` which of them."""
    community, of = request.GET.get("community", ""), request.GET.get("of", "")
    if community:
        wanted = None if community == NOWHERE else id_of(community)
        claims = claims.filter(member__community=wanted)
    return claims.filter(ROWS[of]) if of in ROWS else claims
