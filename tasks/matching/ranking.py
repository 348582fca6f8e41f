"""For a task the members who fit, for a member the tasks that fit (DOMAIN 4.3), each with its reasons."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext as _

from flags.policy.policies import policy_for
from members.models import Member, User
from members.people.filters import with_flags
from tasks.inviting.inviting import askable
from tasks.inviting.rules import MONTH
from tasks.matching.criteria import Criterion, criteria
from tasks.models import Claim, Invitation, Task
from tasks.models.applicant import Applicant
from xianfeng.lib.times import local_year

# A point for each flag that is missing to the year's minimum, up to so many.
MOST_FOR_FLAGS = 3
# Taken off for each invitation of the last 30 days.
ASKED = 2
# Beyond this it makes no difference how much more often.
ASKED_OFTEN = 4


def fitting_members(task: Task, by: User, now: dt.datetime) -> QuerySet[Member]:
    """Whom the desk may ask for the task, best first, with `score`, `missing`, `asked` and `flags`.

    Without those who have a place or gave one back, were asked, serve elsewhere at that time, have no
    account, or were asked as often as the year's rules allow.
    """
    policy = policy_for(local_year(now))
    free = askable(task, by).exclude(user=None).exclude(user__in=by.own_accounts)
    free = free.exclude(pk__in=taken(task)).exclude(pk__in=task.invitations.values("member"))
    if most := policy.invitations_per_month:
        free = free.exclude(pk__in=asked_at_least(most, now))
    counted: QuerySet[Any] = with_flags(free, local_year(task.starts_at)).annotate(asked=asked(now))
    missing = Greatest(Value(policy.min_flags) - F("flags"), Value(0))
    points = sum((points_of(one) for one in criteria(task)), Least(F("missing"), Value(MOST_FOR_FLAGS)))
    scored = counted.annotate(missing=missing).annotate(score=points - ASKED * F("asked"))
    return scored.order_by("-score", "asked", "flags", "pk")


def points_of(criterion: Criterion) -> Case:
    return Case(When(criterion.condition, then=Value(criterion.points)), default=Value(0))


def taken(task: Task) -> QuerySet[Any]:
    """Members whom a claim keeps from this task: on it, or at that time."""
    meanwhile = Q(task__starts_at__lt=task.ends_at, task__ends_at__gt=task.starts_at)
    serves = Q(state__in=Claim.State.SERVES)
    return Claim.objects.filter(Q(task=task) | (serves & meanwhile)).order_by().values("member")


def asked_at_least(times: int, now: dt.datetime) -> QuerySet[Any]:
    """Members who were asked so often in the last 30 days, by anybody."""
    recent = Invitation.objects.filter(invited_at__gt=now - MONTH).order_by().values("member")
    return recent.annotate(times=Count("pk")).filter(times__gte=times).values("member")


def asked(now: dt.datetime) -> Case:
    """How often, up to `ASKED_OFTEN`: read once for all, not for each member."""
    cases = (
        When(pk__in=asked_at_least(times, now), then=Value(times)) for times in range(ASKED_OFTEN, 0, -1)
    )
    return Case(*cases, default=Value(0))


def reasons(found: Iterable[Criterion], person: Applicant, missing: int) -> list[str]:
    """Why this person, in the order of weight."""
    words = [one.reason for one in sorted(found, key=lambda one: -one.points) if one.holds(person)]
    if missing:
        words.append(_("今年还差 %(count)d 面红旗") % {"count": missing})
    return words


# How many open tasks are weighed for one member: those that begin first.
WEIGHED = 200


def best_for(member: Member, now: dt.datetime) -> list["Fit"]:
    """Open tasks with a place that the member has not taken, what suits best first. One query."""
    tasks = Task.objects.for_member(member).open_for_claims(now).with_free_places()
    tasks = tasks.exclude(pk__in=Claim.objects.holding().filter(member=member).values("task"))
    near = tasks.select_related("publisher").order_by("starts_at", "pk")[:WEIGHED]
    return fits(near, Applicant.of(member))


@dataclass(frozen=True)
class Fit:
    """A task that suits the member, and why."""

    task: Task
    score: int
    reasons: Sequence[str]


def fits(tasks: Iterable[Task], person: Applicant) -> list[Fit]:
    """The tasks, the best first, then those that begin first; each needs its publisher. No query."""
    found = [fit_of(task, person) for task in tasks]
    return sorted(found, key=lambda fit: (-fit.score, fit.task.starts_at, fit.task.pk))


def fit_of(task: Task, person: Applicant) -> Fit:
    held = [one for one in criteria(task) if one.holds(person)]
    return Fit(task, sum(one.points for one in held), reasons(held, person, 0))
