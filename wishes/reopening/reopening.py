"""A declined wish waits to be handled again; the decline stays in its history."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from wishes.models import Wish, WishEvent
from wishes.reopening import messages, rules
from wishes.rights import check_handler
from wishes.telling import messages as resident
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move

if TYPE_CHECKING:
    from members.models import User

State = Wish.State


def ask_again(wish: Wish, *, reason: str) -> Wish:
    """The resident says what has changed; once, within the days after the decline.

    Raises NotDeclined, AskedBefore, TooLate, ContactForgotten, ReasonNeeded, PersonalDataInReason or
    AlreadyDecided.
    """
    rules.check_asks_again(wish)
    return _reopen(wish, why=rules.check_words(reason), by=None)


def take_up_again(wish: Wish, *, reason: str, by: "User") -> Wish:
    """Staff handle it after all, in the year of the decline.

    Raises NotHandler, NotDeclined, TooLate, ContactForgotten, ReasonNeeded or AlreadyDecided.
    """
    check_handler(wish.organization, by)
    rules.check_taken_up_again(wish)
    why = check_reason(reason, least=rules.SHORTEST_REASON, told=_("同事能看到"))
    return _reopen(wish, why=why, by=by)


@transaction.atomic
def _reopen(wish: Wish, *, why: str, by: "User | None") -> Wish:
    move(
        wish,
        State.SUBMITTED,
        allowed={State.DECLINED},
        event=WishEvent,
        by=by,
        note=why,
        refusal=rules.overtaken,
    )
    messages.tell_staff(wish, why, by)
    resident.tell_step(resident.REOPENED, wish)
    return wish
