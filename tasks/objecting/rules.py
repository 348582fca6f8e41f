"""Who may say that a task is no volunteer service, and who decides on it."""

from django.utils.translation import gettext as _

from members.models import Member, User
from tasks.models import ScopeReport, Task
from tasks.rules import WrongState
from xianfeng.lib.refusal import AlreadyDecided, Refusal


class OwnMatter(Refusal):
    code = "own_matter"


class NothingReported(Refusal):
    code = "nothing_reported"


def is_reportable(task: Task) -> bool:
    """What members could see; what the city decided on is decided."""
    return task.is_enterable and not task.is_decided_on


def check_reportable(task: Task) -> None:
    if task.is_decided_on:
        raise AlreadyDecided(
            _("市里已裁定：%(scope)s。理由：%(reason)s")
            % {"scope": task.get_scope_display(), "reason": task.scope_reason}
        )
    if not task.is_enterable:
        raise WrongState(_("任务是“%(state)s”，不用再反映。") % {"state": task.get_state_display()})


def check_decidable(task: Task, by: User) -> None:
    """Nobody decides on their own matter: on a task of theirs, or on what they said themselves."""
    if not (task.is_enterable or task.is_decided_on):
        raise WrongState(_("任务是“%(state)s”，不能裁定。") % {"state": task.get_state_display()})
    reported = ScopeReport.objects.standing().filter(task=task, member__user__in=by.own_accounts)
    if by.is_oneself(task.created_by_id) or reported.exists():
        raise OwnMatter(_("这项任务是您拟稿的，或您本人反映过，请市里另一位同事裁定。"))


def is_concerned(task: Task, member: Member) -> bool:
    """Whoever it is offered to, and whoever holds or held a place."""
    offered = Task.objects.for_member(member).filter(pk=task.pk)
    return offered.exists() or task.claims.filter(member=member).exists()
