"""What the city's word on the scope of a task means for its publisher, and for whoever asked."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest
from members.models import User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Task, TaskEvent

DECIDED = Kind(
    "scope_decided",
    _("服务范围裁定"),
    told=_("发布任务的组织的书记、工作人员（裁定人除外）；无人任职的，由上级的收"),
)
ANSWERED = Kind("scope_answered", _("范围反映的答复"), told=_("反映“不是志愿服务”的党员"))
KINDS = declare(DECIDED, ANSWERED)

VERDICT = Wording(
    DECIDED,
    key="task:%(task)s:scope:%(event)s:%(user)s",
    subject=_("市里裁定“%(title)s”：%(scope)s"),
    body=_(
        "理由：%(reason)s。已亮的红旗不会自动撤销，认定有误的请按“撤销认定”办理；"
        "还没开始的任务超出范围的，请取消并告诉接单的党员。"
    ),
    link="tasks:detail",
)
ANSWER = Wording(
    ANSWERED,
    key=VERDICT.key,
    subject=_("您反映的“%(title)s”，市里裁定：%(scope)s"),
    body=_("理由：%(reason)s。社区不知道是谁反映的。"),
    link="notices:inbox",
)


def tell_verdict(task: Task, reporters: Iterable[User], by: User) -> None:
    """A reporter who sits at the publisher's desk too gets the answer alone."""
    asked = {one.pk: one for one in reporters}
    facts = {
        "task": task.pk, "event": TaskEvent.objects.filter(task=task).latest("id").pk, "title": task.title,
        "scope": task.get_scope_display(), "reason": task.scope_reason,
    }  # fmt: skip
    staff = staff_nearest(task.publisher).exclude(pk__in=[by.pk, *asked])
    send_many([*VERDICT.to_each(staff, task.pk, **facts), *ANSWER.to_each(asked.values(), **facts)])
