"""A confirmation is taken back at once: a slip of the hand, of which nobody was told yet."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member, Registration, RegistrationEvent, User
from members.registration import messages, rules
from members.registration.registering import decided_before
from xianfeng.lib.transitions import move

State = Registration.State
# What `registering.move_in` writes on an entry that waited.
FIELDS = (
    "state", "community_id", "estate_id", "address", "skills", "intentions", "free_times", "registered_at",
)  # fmt: skip


def before(registration: Registration) -> dict[str, Any] | None:
    """What a confirmation would write over; None where it does more than that.

    A new entry, another number or a move from elsewhere are corrected where such things are, not at once.
    """
    member = registration.member
    if member is None or not registration.is_open or member.state != Member.State.PENDING:
        return None
    is_plain = member.mobile == registration.mobile and member.user_id == registration.user_id
    return {name: getattr(member, name) for name in FIELDS} if is_plain and not member.registered_at else None


@transaction.atomic
def take_back(registration: Registration, was: dict[str, Any], *, by: User) -> Registration:
    """The application waits again and its roster entry is as it `was`.

    Raises AlreadyDecided where somebody else confirmed it or anything happened since, AlreadySent.
    """
    rules.check_not_own(registration, by)
    if registration.decided_by_id != by.pk:
        raise decided_before()
    move(
        registration,
        State.SUBMITTED,
        allowed={State.CONFIRMED},
        event=RegistrationEvent,
        by=by,
        note=_("误点确认，当即撤销"),
        refusal=decided_before,
        decided_at=None,
        decided_by=None,
    )
    as_confirmed = Member.objects.filter(
        pk=registration.member_id or 0,
        state=Member.State.REGISTERED,
        community=registration.community_id,
        user=registration.user_id,
        claims=None,
    )
    if as_confirmed.update(**was) != 1:
        raise decided_before()
    messages.unsay_confirmed(registration)
    return registration
