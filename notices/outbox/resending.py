"""What a person does about a message that did not arrive; every step leaves a history row."""

from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.addressees import mobile_of
from notices.models import Delivery, DeliveryEvent
from notices.outbox import messages
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.transitions import move as move_row

if TYPE_CHECKING:
    from members.models import User


class NoAddress(Refusal):
    code = "no_address"


class AlreadySettled(Refusal):
    code = "already_settled"


def resend(delivery: Delivery, *, by: "User") -> None:
    """Queue it again, to the address the person has now. The Message-ID stays: a repeat shows once.

    Raises NoAddress or AlreadySettled.
    """
    fields: dict[str, Any] = {
        "address": address_now(delivery),
        "attempts": 0,
        "due_at": timezone.now(),
        "handed_over_at": None,
        "error": "",
    }
    with transaction.atomic():
        move(delivery, Delivery.State.PENDING, by=by, **fields)
        transaction.on_commit(messages.kick, robust=True)


def address_now(delivery: Delivery) -> str:
    """What the row keeps of it: nothing of a number that is read at delivery. Raises NoAddress."""
    notice = delivery.notice
    if notice.addressee:
        if not mobile_of(notice.addressee):
            raise NoAddress(_("对方的手机号已不再保留，不能重发。如仍需告知，请当面告知后登记。"))
        return ""
    address = messages.address_of(cast("User", notice.recipient), delivery.channel)
    if not address:
        raise NoAddress(
            _("%(name)s没有登记邮箱，不能重发。请补登邮箱，或当面告知后登记。") % {"name": notice.to_whom}
        )
    return address


def mark_told(delivery: Delivery, *, by: "User", note: str = "") -> None:
    """The person was told in another way. Raises AlreadySettled."""
    move(delivery, Delivery.State.TOLD, by=by, note=note)


def move(delivery: Delivery, to: str, *, by: "User", note: str = "", **fields: Any) -> None:
    """Raises AlreadySettled unless the delivery still is where the person saw it, unreached."""
    move_row(
        delivery,
        to,
        allowed=Delivery.State.UNREACHED,
        event=DeliveryEvent,
        by=by,
        note=note,
        refusal=settled,
        lease="",
        leased_until=None,
        **fields,
    )


def settled() -> AlreadySettled:
    return AlreadySettled(_("这条投递已被处理，请刷新后查看最新状态。"))


def set_aside(reason: str) -> int:
    """What waits may have gone out already, in a time that this database does not know: a person decides.

    Returns how many. No history: nobody acted, and `error` says why.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING)
    return waiting.update(
        state=Delivery.State.HANDED_OVER,
        handed_over_at=timezone.now(),
        error=reason,
        lease="",
        leased_until=None,
    )
