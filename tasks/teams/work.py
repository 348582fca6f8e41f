"""What a team did: its tasks, and the figures that open them."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from members.models import Team
from tasks.models import Claim, Task, Verification


@dataclass(frozen=True)
class Done:
    """Of service that the community decided on; verification stays per person."""

    tasks: int
    people: int
    minutes: int
    flags: int


def done_by(team: Team) -> Done:
    standing = Verification.objects.standing().filter(claim__team=team, claim__state=Claim.State.VERIFIED)
    sums = standing.aggregate(
        tasks=Count("claim__task", distinct=True),
        people=Count("pk"),
        minutes=Sum("minutes"),
        flags=Sum("flags"),
    )
    return Done(**{name: value or 0 for name, value in sums.items()})


def tasks_of(team: Team) -> QuerySet[Task]:
    """Tasks on which the team has places, the latest first, with how many people and how many flags lit."""
    of_team = Q(claims__team=team)
    tasks = Task.objects.filter(claims__team=team, claims__state__in=Claim.State.HOLDS_PLACE).distinct()
    held = Count("claims", filter=of_team & Q(claims__state__in=Claim.State.HOLDS_PLACE), distinct=True)
    lit = Count("claims", filter=of_team & Q(claims__state=Claim.State.VERIFIED), distinct=True)
    return tasks.annotate(held=held, lit=lit).select_related("publisher").order_by("-starts_at", "-pk")
