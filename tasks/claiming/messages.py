"""What publishers are told of places that come back to them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Claim
from xianfeng.lib.times import format_moment, format_span

PLACE_BACK = Kind("place_back", _("名额退回"), told=_("发布任务的组织的书记、工作人员"))
LATE_WITHDRAWAL = Kind("late_withdrawal", _("临近开始退出"), told=_("发布任务的组织的书记、工作人员"))
KINDS = declare(PLACE_BACK, LATE_WITHDRAWAL)

DEPARTED = Wording(
    PLACE_BACK,
    key="claim:%(claim)s:departed:%(event)s:%(user)s",
    subject=_("%(name)s 已离开名册，名额退回：%(title)s"),
    body=_("%(when)s 的任务少了一人，名额已重新放出。"),
    link="tasks:detail",
)
WITHDRAWN = Wording(
    LATE_WITHDRAWAL,
    key="claim:%(claim)s:late:%(event)s:%(user)s",
    subject=_("%(name)s 退出了“%(title)s”"),
    body=_("%(when)s开始，现有 %(left)s 个空余名额。原因：%(reason)s"),
    link="tasks:detail",
)


def tell_departed(claims: Iterable[Claim]) -> None:
    """The publisher's staff, of each place whose holder left the roster."""
    for claim in claims:
        task = claim.task
        facts = {"claim": claim.pk, "event": claim.events.latest("id").pk, "name": claim.member.name}
        when = format_span(task.starts_at, task.ends_at)
        staff = staff_of(task.publisher_id)
        send_many(DEPARTED.to_each(staff, task.pk, title=task.title, when=when, **facts))


def tell_of_late_withdrawal(claim: Claim, reason: str) -> None:
    """The latest event of the claim is the occasion: a place may be taken and given back again."""
    task = claim.task
    task.refresh_from_db(fields=["places_taken"])
    facts = {"claim": claim.pk, "event": claim.events.latest("id").pk, "name": claim.member, "reason": reason}
    when, staff = format_moment(task.starts_at), staff_of(task.publisher)
    send_many(WITHDRAWN.to_each(staff, task.pk, title=task.title, when=when, left=task.places_left, **facts))
