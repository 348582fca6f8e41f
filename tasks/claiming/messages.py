"""Who is told that a place came free when little time is left."""

from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Claim
from xianfeng.lib.times import format_moment

LATE_WITHDRAWAL = Kind("late_withdrawal", _("临近开始退出"), told=_("发布任务的组织的书记、工作人员"))
KINDS = declare(LATE_WITHDRAWAL)

WITHDRAWN = Wording(
    LATE_WITHDRAWAL,
    key="claim:%(claim)s:late:%(event)s:%(user)s",
    subject=_("%(name)s 退出了“%(title)s”"),
    body=_("%(when)s开始，现有 %(left)s 个空余名额。原因：%(reason)s"),
    link="tasks:detail",
)


def tell_of_late_withdrawal(claim: Claim, reason: str) -> None:
    """The latest event of the claim is the occasion: a place may be taken and given back again."""
    task = claim.task
    task.refresh_from_db(fields=["places_taken"])
    facts = {"claim": claim.pk, "event": claim.events.latest("id").pk, "name": claim.member, "reason": reason}
    when, staff = format_moment(task.starts_at), staff_of(task.publisher)
    send_many(WITHDRAWN.to_each(staff, task.pk, title=task.title, when=when, left=task.places_left, **facts))
