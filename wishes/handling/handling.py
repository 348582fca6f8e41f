"""Every change of a wish: one function each, one transaction, one event row."""

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from wishes.handling import rules
from wishes.models import BriefOpening, Wish, WishEvent
from wishes.rights import check_handler
from wishes.telling import messages
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move as move_row

if TYPE_CHECKING:
    from members.models import User

State = Wish.State
OPEN_FOR = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Brief:
    """The private part of a wish, in full."""

    contact_name: str
    contact_mobile: str
    contact_address: str
    detail: str


@transaction.atomic
def accept(wish: Wish, *, by: "User", is_next_told: bool = False) -> Wish:
    """受理. Raises NotHandler or WrongState.

    Where it is published in the same step, that alone is told: not two texts at once.
    """
    check_handler(wish.organization, by)
    move(wish, State.ACCEPTED, allowed=State.WAITING, by=by)
    if not is_next_told:
        messages.tell_step(messages.ACCEPTED, wish)
    return wish


@transaction.atomic
def take_back_acceptance(wish: Wish, *, by: "User") -> Wish:
    """Accepted by mistake, and nobody was told yet: it waits as before.

    Raises NotHandler, AlreadySent, WrongState where something happened since or somebody else accepted it.
    """
    check_handler(wish.organization, by)
    rules.check_state(wish, {State.ACCEPTED})
    accepted = wish.events.latest("pk")
    is_the_acceptance = accepted.from_state in State.WAITING and accepted.to_state == State.ACCEPTED
    if not is_the_acceptance or accepted.by_id != by.pk:
        raise rules.overtaken()
    messages.unsay_accepted(wish, accepted.pk)
    return move(wish, accepted.from_state, allowed={State.ACCEPTED}, by=by, note=_("误点受理，当即撤销"))


@transaction.atomic
def decline(wish: Wish, *, reason: str, by: "User", responsible: str = "") -> Wish:
    """不予受理, with the reason and who can help instead; the resident reads both.

    Raises NotHandler, WrongState or ReasonNeeded.
    """
    check_handler(wish.organization, by)
    why = check_reason(reason, least=rules.SHORTEST_REASON, told=_("居民能看到"))
    move(
        wish,
        State.DECLINED,
        allowed=State.UNPUBLISHED,
        by=by,
        note=why,
        decline_reason=why,
        responsible=responsible.strip()[:100],
    )
    messages.tell_declined(wish)
    return wish


@transaction.atomic
def mark_published(wish: Wish, *, by: "User") -> Wish:
    """It became a task (whose publisher was checked there). Raises WrongState."""
    move(wish, State.PUBLISHED, allowed={State.ACCEPTED}, by=by)
    messages.tell_step(messages.PUBLISHED, wish)
    return wish


@transaction.atomic
def unpublish(wish: Wish, *, by: "User", note: str) -> Wish:
    """Its task came to nothing: it waits to be published again. Raises WrongState."""
    move(wish, State.ACCEPTED, allowed={State.PUBLISHED}, by=by, note=note)
    messages.tell_step(messages.CALLED_OFF, wish)
    return wish


@transaction.atomic
def fulfil(wish: Wish, *, by: "User") -> Wish:
    """The work was verified. Raises WrongState."""
    move(wish, State.FULFILLED, allowed={State.PUBLISHED}, by=by, fulfilled_at=timezone.now())
    messages.tell_fulfilled(wish)
    return wish


def reopen(wish: Wish, *, by: "User", note: str) -> Wish:
    """What fulfilled it, or ended it without help, was taken back. Raises WrongState."""
    return move(wish, State.PUBLISHED, allowed=State.REOPENS, by=by, note=note, fulfilled_at=None)


def move(wish: Wish, to: str, *, allowed: Set[str], by: "User", note: str = "", **fields: Any) -> Wish:
    """From the state the caller saw to another, unless somebody was faster. Raises WrongState."""
    rules.check_state(wish, allowed)
    move_row(wish, to, allowed=allowed, event=WishEvent, by=by, note=note, refusal=rules.overtaken, **fields)
    return wish


def open_brief(wish: Wish, *, by: "User", reason: str = "") -> Brief:
    """The contact data in full, and the line that says who looked. Raises BriefClosed or ReasonNeeded."""
    rules.check_brief(wish, by, reason)
    BriefOpening.objects.create(wish=wish, by=by, reason=reason.strip())
    return brief_of(wish)


def brief_seen_lately(wish: Wish, *, by: "User") -> Brief | None:
    """What its reader opened a moment ago: seen again without another line in the log."""
    seen = wish.openings.filter(by=by, at__gte=timezone.now() - OPEN_FOR)
    return brief_of(wish) if seen.exists() else None


def brief_of(wish: Wish) -> Brief:
    return Brief(wish.contact_name, wish.contact_mobile, wish.contact_address, wish.detail)
