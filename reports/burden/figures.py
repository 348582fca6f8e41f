"""The burden the platform causes (国办函〔2026〕12号): how often members are written to and asked.

Counted by the member's community of today. Answers are figures for all and names for nobody: whoever declines
owes no reason (志愿服务条例), so no page says who did.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from members.models import Member, Organization, User
from notices.kinds import label_of
from notices.models import Notice
from tasks.models import Invitation
from xianfeng.lib.times import at, next_month

MANY = 3  # invitations of one member in a month from which one looks why


@dataclass(frozen=True)
class Burden:
    """One community's month."""

    community: Organization
    members: int = 0
    messages: int = 0
    reminders: int = 0
    asked: int = 0
    accepted: int = 0
    declined: int = 0
    unanswered: int = 0
    often: int = 0  # members asked `MANY` times or more

    @property
    def each(self) -> float:
        """Messages to one member."""
        return round(self.messages / self.members, 1) if self.members else 0.0


def burdens(user: User, month: dt.date) -> list[Burden]:
    """The communities a desk sees. Five queries."""
    places = Organization.objects.visible_to(user).communities().active().order_by("path")
    parts = [members(user), messages(user, month), invitations(user, month), often(user, month)]
    return [
        Burden(place, **{name: value for part in parts for name, value in part.get(place.pk, {}).items()})
        for place in places
    ]


def span(month: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the month's first moment up to the next month's."""
    return at(month, 0), at(next_month(month), 0)


type Part = Mapping[int, dict[str, int]]


def by_community(rows: "QuerySet[Any]", column: str, **counts: Count) -> Part:
    """The counts of rows, by the community that stands in the column."""
    found: Any = rows.filter(**{f"{column}__isnull": False}).order_by().values(column).annotate(**counts)
    return {row.pop(column): row for row in found}


def members(user: User) -> Part:
    people = Member.objects.visible_to(user).registered()
    return by_community(people, "community", members=Count("pk"))


def sent(user: User, month: dt.date) -> "QuerySet[Notice]":
    """Messages of the month to the desk's people."""
    people = Member.objects.visible_to(user).registered()
    return Notice.objects.filter(created_at__range=span(month), recipient__member__in=people)


def messages(user: User, month: dt.date) -> Part:
    reminders = Count("pk", filter=Q(kind="reminder"))
    column = "recipient__member__community"
    return by_community(sent(user, month), column, messages=Count("pk"), reminders=reminders)


def asked(user: User, month: dt.date) -> "QuerySet[Invitation]":
    """Invitations of the month to the desk's people."""
    people = Member.objects.visible_to(user)
    return Invitation.objects.standing().filter(invited_at__range=span(month), member__in=people)


def invitations(user: User, month: dt.date) -> Part:
    return by_community(asked(user, month), "member__community", **answers())


def answers() -> dict[str, Count]:
    """Whoever said nothing, whether or not there is time left to say it."""
    state = Invitation.State
    return {
        "asked": Count("pk"),
        "accepted": Count("pk", filter=Q(state=state.ACCEPTED)),
        "declined": Count("pk", filter=Q(state=state.DECLINED)),
        "unanswered": Count("pk", filter=Q(state=state.SENT)),
    }


def often(user: User, month: dt.date) -> Part:
    people = asked(user, month).order_by().values("member", "member__community")
    found: dict[int, dict[str, int]] = {}
    for row in people.annotate(times=Count("pk")).filter(times__gte=MANY):
        place = found.setdefault(row["member__community"], {"often": 0})
        place["often"] += 1
    return found


# --- What lies behind a community's figures -------------------------------------------------------


def kinds_of(user: User, community: Organization, month: dt.date) -> list[tuple[str, int]]:
    """Its members' messages by kind, the most first."""
    rows = sent(user, month).filter(recipient__member__community=community).order_by()
    counts = rows.values_list("kind").annotate(count=Count("pk")).order_by("-count", "kind")
    return [(label_of(kind), count) for kind, count in counts]


def tasks_of(user: User, community: Organization, month: dt.date) -> "QuerySet[Any]":
    """What its members were asked to, and how many said what."""
    rows = asked(user, month).filter(member__community=community).order_by()
    named = rows.values("task", "task__title", "task__starts_at", "organization__name")
    return named.annotate(**answers()).order_by("-task__starts_at", "task")
