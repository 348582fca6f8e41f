"""The head-count: how many were called, reached, come, stand by, cannot, say nothing, and are there.

Always counted from the rows, so that every figure opens exactly its names, during the muster and after.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User
from notices.models import Delivery, Notice
from tasks.models import Call, CallEvent, Claim, Muster
from tasks.models.muster import CallQuerySet

State = Call.State
WORDS: dict[str, Promise] = {
    "called": _("已集结"),
    "reached": _("已送达"),
    "unreached": _("未送达"),
    "accepted": _("参加"),
    "standby": _("备勤"),
    "declined": _("来不了"),
    "silent": _("未答复"),
    "on_spot": _("已到场"),
}
# Minutes after the whistle at which the report counts who had said yes.
MARKS = (5, 10, 15, 30, 60, 120)


def condition(muster: Muster, of: str) -> Q:
    """Which calls of the muster a figure counts."""
    if of in State.values:
        return Q(state=of)
    reached = Q(member__user__in=reached_by(muster))
    there = Claim.objects.filter(task=muster.pk, presence=Claim.Presence.PRESENT)
    found: dict[str, Q] = {
        "called": Q(), "reached": reached, "unreached": ~reached,
        "on_spot": Q(member__in=there.values("member")),
    }  # fmt: skip
    return found[of]


def reached_by(muster: Muster) -> Any:
    """Accounts that the whistle got to: read in the portal, or handed over by mail or text."""
    sent = Delivery.objects.filter(notice=OuterRef("pk"), state=Delivery.State.SENT)
    whistles = Notice.objects.filter(kind="muster", key__startswith=f"muster:{muster.pk}:called:")
    return whistles.filter(Q(read_at__isnull=False) | Exists(sent)).values("recipient")


@dataclass(frozen=True)
class Row:
    """One community, or everybody together."""

    community: int | None
    name: str
    counts: dict[str, int]

    def cells(self) -> list[tuple[str, int]]:
        return list(self.counts.items())


def rows_of(muster: Muster, user: User) -> list[Row]:
    """By the community people lived in when they were called. One query."""
    calls = calls_of(muster, user).order_by()
    counts: dict[str, Any] = {of: Count("pk", filter=condition(muster, of) or None) for of in WORDS}
    named = ("community", "community__name")
    found: list[Any] = list(calls.values(*named).annotate(**counts).order_by("community__path"))
    return [
        Row(one["community"], str(one["community__name"] or _("未到社区报到")), {of: one[of] for of in WORDS})
        for one in found
    ]


def total(rows: list[Row]) -> dict[str, int]:
    return {of: sum(row.counts[of] for row in rows) for of in WORDS}


def calls_of(muster: Muster, user: User) -> CallQuerySet:
    return Call.objects.visible_to(user).filter(muster=muster)


def behind(muster: Muster, user: User, of: str, community: int | None = None) -> CallQuerySet:
    """The calls that a figure counted."""
    calls = calls_of(muster, user).filter(condition(muster, of))
    return calls.filter(community=community) if community else calls


def walked_in(muster: Muster, user: User) -> int:
    """Who is there without having been called: entered on the spot (补记)."""
    claims = Claim.objects.visible_to(user).filter(task=muster.pk, presence=Claim.Presence.PRESENT)
    return claims.exclude(member__in=muster.calls.values("member")).count()


def curve(muster: Muster, user: User) -> list[tuple[int, int]]:
    """How many had said yes so many minutes after the whistle, each at their first word. One query."""
    yes = CallEvent.objects.filter(call__in=calls_of(muster, user), to_state__in=State.SAID_YES)
    counts: dict[str, Any] = {
        f"by{mark}": Count(
            "call", distinct=True, filter=Q(at__lte=muster.called_at + dt.timedelta(minutes=mark))
        )
        for mark in MARKS
    }
    found = yes.aggregate(**counts)
    return [(mark, found[f"by{mark}"]) for mark in MARKS]
