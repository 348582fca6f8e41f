"""Who is told that a declined wish waits to be handled again."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from wishes.models import Wish
from wishes.rights import staff_told

if TYPE_CHECKING:
    from members.models import User

WISH_REOPENED = Kind(
    "wish_reopened", _("心愿恢复办理"), told=_("小区的书记、工作人员；无人任职的，由上级的收")
)
KINDS = declare(WISH_REOPENED)

ASKED_AGAIN = Wording(
    WISH_REOPENED,
    key="wish:%(wish)s:reopened:%(event)s:%(user)s",
    subject=_("居民再次提出心愿：%(need)s"),
    body=_("之前未受理，居民说明：%(why)s。请重新研究，受理或再次说明原因。"),
    link="wishes:detail",
)
TAKEN_UP_AGAIN = Wording(
    WISH_REOPENED,
    key="wish:%(wish)s:reopened:%(event)s:%(user)s",
    subject=_("心愿恢复办理：%(need)s"),
    body=_("之前未受理，%(by)s 恢复办理：%(why)s。请受理。"),
    link="wishes:detail",
    told=_("小区的书记、工作人员（办理人除外）；无人任职的，由上级的收"),
)


def tell_staff(wish: Wish, why: str, by: "User | None") -> None:
    """The same people as of a new wish; who took it up again knows."""
    staff = staff_told(wish.organization)
    facts = {
        "wish": wish.pk,
        "need": wish.need,
        "why": why.rstrip("。.!！"),
        "event": wish.events.latest("id").pk,
    }
    if by is None:
        send_many(ASKED_AGAIN.to_each(staff, wish.pk, **facts))
    else:
        send_many(TAKEN_UP_AGAIN.to_each(staff.exclude(pk=by.pk), wish.pk, by=by, **facts))
