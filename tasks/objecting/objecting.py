"""“这不是志愿服务”: members say so, the city decides, the community never learns who said it."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, User
from tasks.models import ScopeReport, Task
from tasks.moving import note_down
from tasks.objecting import messages, rules
from tasks.reviewing.rules import demand_reviewer
from tasks.rules import check_text
from xianfeng.lib.refusal import check_reason


@transaction.atomic
def report(
    task: Task, member: Member, *, by: User, reason: str = "", now: dt.datetime | None = None
) -> ScopeReport:
    """Once per member and task; after taking it back, again. Raises AlreadyDecided, WrongState."""
    at = now or timezone.now()
    rules.check_reportable(task)
    why = check_reason(reason, least=0)
    check_text(why, _("原因"), field="reason")
    said = {"reason": why, "at": at, "withdrawn_at": None}
    made, is_new = ScopeReport.objects.get_or_create(task=task, member=member, defaults=said)
    if not is_new and made.withdrawn_at:
        ScopeReport.objects.filter(pk=made.pk).update(**said)
        made.refresh_from_db()
    return made


@transaction.atomic
def take_back(task: Task, member: Member, *, by: User, now: dt.datetime | None = None) -> None:
    """As long as the city has not answered; what was said goes with it. Raises NothingReported."""
    own = ScopeReport.objects.open().filter(task=task, member=member)
    if not own.update(withdrawn_at=now or timezone.now(), reason=""):
        raise rules.NothingReported(_("您没有待答复的反映，不用撤销。市里已答复的见通知。"))


@transaction.atomic
def decide(task: Task, *, scope: str, reason: str, by: User, now: dt.datetime | None = None) -> Task:
    """Whether it is volunteer service: told to its publisher and to whoever asked; may be decided anew.

    Flags that shine stay: they are reversed in the usual way, each with its reason.
    Raises OwnMatter, WrongState, ReasonNeeded.
    """
    at = now or timezone.now()
    demand_reviewer(by, task)
    why = check_reason(reason, least=4, told=_("发布的社区和反映的党员都会看到"))
    check_text(why, _("理由"), field="reason")
    rules.check_decidable(task, by)
    verdict = Task.Scope(scope)
    note = _("范围裁定：%(scope)s。%(reason)s") % {"scope": verdict.label, "reason": why}
    note_down(task, by=by, at=at, note=note, scope=verdict, scope_reason=why)
    asked = ScopeReport.objects.standing().filter(task=task).select_related("member__user")
    reporters = [one.member.user for one in asked if one.member.user]
    asked.filter(answered_at=None).update(answered_at=at)
    messages.tell_verdict(task, reporters, by)
    return task
