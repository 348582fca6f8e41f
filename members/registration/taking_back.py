"""A confirmation is taken back at once: a slip of the hand, of which nobody was told yet."""

from typing import Any

from django.db import IntegrityError, transaction
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


def as_it_is(member: Member) -> dict[str, Any]:
    """What the entry says of the fields that a confirmation writes, as a session can keep it."""
    values = {name: getattr(member, name) for name in FIELDS}
    return values | {"registered_at": values["registered_at"] and values["registered_at"].isoformat()}


@transaction.atomic
def take_back(
    registration: Registration, was: dict[str, Any], now: dict[str, Any], *, by: User
) -> Registration:
    """The application waits again and its roster entry is as it `was`; `now` is how the confirmation left it.

    Raises AlreadyDecided where somebody else confirmed it or anything happened since, AlreadySent.
    """
    rules.check_not_own(registration, by)
    entry = Member.objects.filter(pk=registration.member_id or 0)
    entry.hold()  # whoever takes a place waits here, or we for them
    member = entry.get()
    if registration.decided_by_id != by.pk or as_it_is(member) != now or member.claims.exists():
        raise decided_before()
    reopen(registration, by=by)
    entry.update(**was)
    messages.unsay_confirmed(registration)
    return registration


def reopen(registration: Registration, *, by: User) -> None:
    """Raises AlreadyDecided, also where the person applied elsewhere meanwhile."""
    try:
        with transaction.atomic():
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
    except IntegrityError as error:
        raise decided_before() from error
