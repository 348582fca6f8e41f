"""What organisers are told of places that come back to them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from members.people.messages import staff_at
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Claim
from xianfeng.lib.times import format_span

PLACE_BACK = Kind("place_back", _("名额退回"), told=_("发布任务的组织的书记、工作人员"))
KINDS = declare(PLACE_BACK)

DEPARTED = Wording(
    PLACE_BACK,
    key="claim:%(claim)s:departed:%(event)s:%(user)s",
    subject=_("%(name)s 已离开名册，名额退回：%(title)s"),
    body=_("%(when)s 的任务少了一人，名额已重新放出。"),
    link="tasks:detail",
)


def tell_departed(claims: Iterable[Claim]) -> None:
    """The publisher's staff, of each place whose holder left the roster."""
    for claim in claims:
        task = claim.task
        facts = {"claim": claim.pk, "event": claim.events.latest("id").pk, "name": claim.member.name}
        when = format_span(task.starts_at, task.ends_at)
        staff = staff_at([task.publisher_id])
        send_many(DEPARTED.to_each(staff, task.pk, title=task.title, when=when, **facts))
