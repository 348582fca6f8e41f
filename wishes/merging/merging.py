"""Two wishes about the same thing become one, and two again."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from wishes.merging import rules
from wishes.models import Wish, WishEvent
from wishes.rights import check_handler
from wishes.telling import messages
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move, record

if TYPE_CHECKING:
    from members.models import User

State = Wish.State
SHORTEST_REASON = 4  # characters


@transaction.atomic
def merge(kept: Wish, gone: Wish, *, by: "User") -> Wish:
    """`kept` goes on for both; whoever stated `gone` follows it by the own code. Returns `gone` as it is now.

    Raises NotHandler, CannotMerge or AlreadyDecided.
    """
    kept, gone = _locked(kept.pk, gone.pk)
    rules.check_pair(kept, gone, by)
    note = _("并入心愿 %(code)s") % {"code": kept.code}
    move(
        gone,
        State.MERGED,
        allowed=State.UNPUBLISHED,
        event=WishEvent,
        by=by,
        note=note,
        merged_into=kept,
        refusal=rules.overtaken,
    )
    _tell_history(kept, _("心愿 %(code)s 并入，合并办理") % {"code": gone.code}, by)
    messages.tell_step(messages.MERGED, gone)
    return gone


@transaction.atomic
def part(gone: Wish, *, reason: str, by: "User") -> Wish:
    """取消合并: the wish goes its own way again, from where it stood. Returns it as it is now.

    Raises NotHandler, ReasonNeeded, CannotPart or AlreadyDecided.
    """
    check_handler(gone.organization, by)
    why = check_reason(reason, least=SHORTEST_REASON, told=_("同事能看到"))
    rules.check_parting(gone)
    kept, gone = _locked(gone.merged_into_id, gone.pk)
    rules.check_parting(gone)
    former = gone.events.filter(to_state=State.MERGED).latest("id").from_state
    move(
        gone,
        former,
        allowed={State.MERGED},
        event=WishEvent,
        by=by,
        note=why,
        guard=Q(merged_into=kept),
        merged_into=None,
        refusal=rules.overtaken,
    )
    _tell_history(kept, _("心愿 %(code)s 取消合并：%(why)s") % {"code": gone.code, "why": why}, by)
    messages.tell_step(messages.PARTED, gone)
    return gone


def _locked(*pks: int | None) -> list[Wish]:
    """These rows as they are now, held until the end; in one order, so that A into B waits for B into A."""
    wanted = [pk for pk in pks if pk]
    rows = Wish.objects.select_for_update(of=("self",)).without_brief().select_related("organization")
    found = {row.pk: row for row in rows.filter(pk__in=wanted).order_by("pk")}
    return [found[pk] for pk in wanted]


def _tell_history(kept: Wish, note: str, by: "User") -> None:
    """A line for the wish that goes on as it is."""
    record([kept], event=WishEvent, by=by, before=kept.state, note=note)
