"""Taking a decision back."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from flags import ledger
from flags.models import FlagEntry
from members.models import User
from tasks.models import Claim, ClaimEvent, Task, Verification
from tasks.moving import move
from tasks.rights import demand, may_reverse
from tasks.rules import check_not_own, check_text
from tasks.verifying import messages
from wishes.handling import handling as wishes
from xianfeng.lib.refusal import AlreadyDecided, check_reason
from xianfeng.lib.transitions import move as move_row

State = Claim.State


@transaction.atomic
def reverse_verification(
    verification: Verification, *, reason: str, by: User, now: dt.datetime | None = None
) -> FlagEntry | None:
    """Take a decision back: the award is undone in the ledger and the claim waits to be decided again.

    Returns the ledger line that undoes the award; None where nothing had been awarded. Raises
    AlreadyDecided when it was reversed before, ReasonNeeded, PersonalDataInTask, OwnClaim.
    """
    at = now or timezone.now()
    why = check_reason(reason)
    check_text(why, _("原因"), field="reason")
    claims = Claim.objects.select_related(
        "member__user", "task__publisher__parent", "task__item", "task__wish"
    )
    claim = claims.get(pk=verification.claim_id)
    verification.claim = claim
    demand(may_reverse(by, verification))
    check_not_own([claim], by)
    claim.task.state = Task.objects.select_for_update().values_list("state", flat=True).get(pk=claim.task_id)
    reversed_ = {"reversed_at": at, "reversed_by": by, "reversal_reason": why}
    if Verification.objects.standing().filter(pk=verification.pk).update(**reversed_) != 1:
        raise AlreadyDecided(_("这条认定已被撤销，没有重复撤销。"))
    _reopen(claim, by=by, at=at, note=why)
    _reopen_wish(claim.task, by=by, note=why)
    undone = ledger.reverse(verification.entry, reason=why, by=by) if verification.entry else None
    messages.tell_reversed(claim, verification, why)
    return undone


def _reopen(claim: Claim, *, by: User, at: dt.datetime, note: str) -> None:
    move_row(
        claim,
        State.CLAIMED,
        allowed=State.DECIDED,
        event=ClaimEvent,
        by=by,
        at=at,
        note=note,
        refusal=overtaken,
    )
    if claim.task.state == Task.State.SETTLED:
        text = _("撤销%(name)s的认定：%(reason)s") % {"name": claim.member, "reason": note}
        move(claim.task, Task.State.PUBLISHED, by=by, at=at, note=text)


def overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("这条接单刚被别人处理过。请刷新页面。"))


def _reopen_wish(task: Task, *, by: User, note: str) -> None:
    """The wish follows its task back, unless another verified claim still fulfils it."""
    if task.wish is None or task.claims.filter(state=State.VERIFIED).exists():
        return
    if task.wish.state in task.wish.State.REOPENS:
        wishes.reopen(task.wish, by=by, note=note)
