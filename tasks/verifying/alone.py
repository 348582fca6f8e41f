"""Tasks that one person did, verified several at once: each as 好, with its own hours and flags."""

from collections.abc import Iterable

from django.db.models import Count
from django.utils.translation import gettext as _

from members.models import User
from tasks.models import Claim, Task, Verification
from tasks.models.claim import ClaimQuerySet
from tasks.rights import in_charge
from tasks.verifying.verifying import Decision, record
from xianfeng.lib.refusal import Refusal

Presence, Grade = Claim.Presence, Verification.Grade


class NotAlone(Refusal):
    code = "not_alone"


def verify_alone(task: Task, *, by: User) -> Verification:
    """The one person on it was there and did well. Raises NotAlone, and what `verifying.record` raises."""
    claims = list(in_charge(by, task).open().exclude(member__user__in=by.own_accounts)[:2])
    if len(claims) != 1 or claims[0].presence == Presence.ABSENT:
        raise NotAlone(_("不是一人任务，或已记未到场，请点“认定”逐人办理。"))
    (claim,) = claims
    minutes = min(task.minutes, task.longest_service)
    decision = Decision(claim.pk, Grade.GOOD, minutes, task.flags)
    (made,) = record(task, {claim.pk: Presence.PRESENT}, [decision], by=by, method=task.presence)
    return made


def alone_on(tasks: Iterable[Task], claims: ClaimQuerySet, by: User) -> dict[int, Claim]:
    """By task, the one person whose claim waits on it, if it can be decided at once. Two queries a page."""
    waiting = claims.open().filter(task__in=tasks).exclude(member__user__in=by.own_accounts)
    single = waiting.order_by().values("task").annotate(people=Count("pk")).filter(people=1).values("task")
    found = waiting.filter(task__in=single).exclude(presence=Presence.ABSENT).select_related("member")
    return {claim.task_id: claim for claim in found}
