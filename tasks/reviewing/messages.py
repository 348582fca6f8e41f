"""What the city is told of a task that waits for it, and the publisher of what became of it."""

from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest, staff_of
from members.models import User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Screening
from xianfeng.lib.times import format_date, format_moment, today

TO_REVIEW = Kind("task_review", _("任务待审核"), told=_("市委组织部的书记、工作人员（送审人、拟稿人除外）"))
REVIEWED = Kind(
    "task_reviewed",
    _("任务审核结果"),
    told=_("送审人；发布任务的组织的书记、工作人员；无人任职的，由上级的收"),
)
KINDS = declare(TO_REVIEW, REVIEWED)

WAITS = Wording(
    TO_REVIEW,
    key="screening:%(screening)s:waits:%(user)s",
    subject=_("待审核：%(publisher)s的“%(title)s”"),
    body=_("%(findings)s\n请在 %(due)s 前答复。任务 %(starts)s 开始，到时还没有答复会自动退回。"),
    link="tasks:detail",
)
PASSED = Wording(
    REVIEWED,
    key="screening:%(screening)s:decided:%(user)s",
    subject=_("审核通过，已发布：%(title)s"),
    body=_("党员现在可以接单，截止 %(closes)s。%(note)s"),
    link="tasks:detail",
)
RETURNED = Wording(
    REVIEWED,
    key=PASSED.key,
    subject=_("市里退回了“%(title)s”"),
    body=_("原因：%(note)s。任务已回到草稿，改好后可以再发布；不属于志愿服务的请取消。"),
    link="tasks:detail",
)
EXPIRED = Wording(
    REVIEWED,
    key=PASSED.key,
    subject=_("开始时间已过，自动退回：%(title)s"),
    body=_("市里没有在开始前答复，任务没有发布，已回到草稿。请改时间后再发布。"),
    link="tasks:detail",
)


def tell_city(screening: Screening) -> None:
    task = screening.task
    staff = staff_of(task.publisher.ancestor_ids()[0]).exclude(
        pk__in=[screening.asked_by_id, task.created_by_id]
    )
    facts = {
        "screening": screening.pk, "publisher": task.publisher, "title": task.title,
        "findings": screening.findings, "due": format_date(screening.due or today()),
        "starts": format_moment(task.starts_at),
    }  # fmt: skip
    send_many(WAITS.to_each(staff, task.pk, **facts))


def tell_passed(screening: Screening) -> None:
    tell_publisher(PASSED, screening, closes=format_moment(screening.task.signup_closes_at))


def tell_returned(screening: Screening) -> None:
    tell_publisher(RETURNED, screening)


def tell_expired(screening: Screening) -> None:
    tell_publisher(EXPIRED, screening)


def tell_publisher(wording: Wording, screening: Screening, **facts: object) -> None:
    """Whoever decided knows; who asked is told also where they sit elsewhere by now."""
    task = screening.task
    asked = User.objects.filter(pk=screening.asked_by_id, is_active=True)
    staff = {one.pk: one for one in (*staff_nearest(task.publisher), *asked)}
    staff.pop(screening.decided_by_id or 0, None)
    facts |= {"screening": screening.pk, "title": task.title, "note": screening.note}
    send_many(wording.to_each(staff.values(), task.pk, **facts))
