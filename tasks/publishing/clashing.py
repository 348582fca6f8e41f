"""Whom another time of a task puts in two places at once."""

from collections.abc import Mapping

from tasks.models import Claim, Task
from tasks.models.sessions import overlap


def clashes_of(task: Task) -> Mapping[Claim, Task]:
    """Open claims on the task as it would be, each with what else its holder does then. Two queries."""
    claims = {claim.member_id: claim for claim in task.claims.open().select_related("member__user")}
    elsewhere = Claim.objects.serving().filter(member__in=claims).exclude(task=task)
    near = elsewhere.filter(task__starts_at__lt=task.ends_at, task__ends_at__gt=task.starts_at)
    others = near.select_related("task").order_by("member__pinyin", "pk")
    return {claims[one.member_id]: one.task for one in others if overlap(task, one.task)}
