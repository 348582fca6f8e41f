"""What a desk verifies next."""

from dataclasses import dataclass

from django.utils import timezone

from members.models import Organization, User
from tasks.models import Claim, Task
from tasks.phases import awaiting_verification


@dataclass(frozen=True)
class Next:
    """The task with the nearest deadline among those that wait, and how many do."""

    task: Task
    count: int


def next_after(task: Task, user: User) -> Next | None:
    """Of the desk's own: what its communities verify is not the city's, one's own claim is a colleague's."""
    desk = user.desk
    if desk is None or not desk.can("claims.verify"):
        return None
    tasks = Task.objects.visible_to(user).exclude(pk=task.pk)
    if desk.organization.kind == Organization.Kind.CITY:
        tasks = tasks.filter(publisher=desk.organization)
    claims = Claim.objects.visible_to(user).exclude(member__user__in=user.own_accounts)
    waiting = awaiting_verification(tasks, timezone.now(), claims)
    first = waiting.first()
    return Next(first, waiting.count()) if first else None
