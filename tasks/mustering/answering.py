"""Yes or no to a muster, in one tap, as often as one changes one's mind until it is over.

A yes is a place on the task, taken by the same guarded write as any claim; beyond the number wanted it
stands by (备勤), and moves up by itself when a place comes free: there is no time to ask again, and a yes
was said. The waiting list of ordinary tasks, with its times to answer, is not used: it ends at the start.
Locks in the written order: member, then task, then claim.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from tasks.claiming.claiming import ANEW, read_offer, take_place
from tasks.claiming.offering import locked
from tasks.models import Call, CallEvent, Claim, ClaimEvent, Muster, Task
from tasks.models.applicant import Applicant
from tasks.mustering import messages, rules
from xianfeng.lib.refusal import ChangedMeanwhile
from xianfeng.lib.transitions import move

State = Call.State


def accept(task_id: int, *, by: User, now: dt.datetime | None = None) -> Call:
    """Come, or stand by where enough are coming. Raises Muster.DoesNotExist and the refusals of `rules`."""
    at = now or timezone.now()
    with transaction.atomic():
        call = asked(task_id, by, at)
        task = call.muster.task
        if call.said_yes:
            return call
        is_coming = holds_place(task, call) or take(task, call, at, by=by)
        answer(call, State.ACCEPTED if is_coming else State.STANDBY, by=by, at=at)
    return call


def decline(task_id: int, *, by: User, now: dt.datetime | None = None) -> Call:
    """Cannot come: no reason, no consequence; a place goes to the next who stands by.

    Raises Muster.DoesNotExist, OnTheSpot and the refusals of `rules`.
    """
    at = now or timezone.now()
    with transaction.atomic():
        call = asked(task_id, by, at)
        task = call.muster.task
        if call.is_declined:
            return call
        give_back(task, call, by=by, at=at)
        answer(call, State.DECLINED, by=by, at=at)
        move_up(task, at)
    return call


def asked(task_id: int, by: User, now: dt.datetime) -> Call:
    """The person's own call, with muster and task as they stand: the person and the task are locked.

    Who came into the audience after the whistle is called by asking.
    """
    read = read_person(task_id, by, now)
    applicant = Applicant.read_with(read)
    task = locked(task_id)
    muster = Muster.objects.get(pk=task_id)
    muster.task = task
    call = Call.objects.select_related("member").filter(muster=muster, member=applicant.id).first()
    rules.check_answer(
        muster, applicant, now, was_called=call is not None, in_audience=read.in_audience  # type: ignore[attr-defined]
    )  # fmt: skip
    if call is None:
        call = Call.objects.create(muster=muster, member_id=applicant.id, community_id=applicant.community_id)
    call.muster = muster
    return call


def read_person(task_id: int, by: User, now: dt.datetime) -> Task:
    """What the claim path reads, in its one statement. Raises Muster.DoesNotExist."""
    try:
        read = read_offer(task_id, by, now)
    except Task.DoesNotExist:
        raise Muster.DoesNotExist from None
    if not read.is_muster:
        raise Muster.DoesNotExist
    return read


def answer(call: Call, to: State, *, by: User | None, at: dt.datetime, note: str = "") -> None:
    move(
        call, to, allowed=State.values, event=CallEvent, by=by, at=at, note=note, refusal=overtaken,
        answered_at=at,
    )  # fmt: skip


def overtaken() -> ChangedMeanwhile:
    return ChangedMeanwhile(_("答复刚刚有了变化。请刷新页面查看最新状态。"))


def claim_of(task: Task, call: Call) -> Claim | None:
    return Claim.objects.filter(task=task, member=call.member_id).first()


def holds_place(task: Task, call: Call) -> bool:
    """Put on the list at the roll call before the answer came."""
    claim = claim_of(task, call)
    return bool(claim and claim.holds_place)


def take(task: Task, call: Call, now: dt.datetime, *, by: User) -> bool:
    """Whether a place was free; a claim given back earlier starts anew."""
    if task.is_full:
        return False
    earlier = claim_of(task, call)
    if earlier and earlier.state not in ANEW:
        raise overtaken()
    claim_id = take_place(task, call.member_id, by, now, before=earlier.state if earlier else "")
    if claim_id is None:
        raise overtaken()
    task.places_taken += 1
    return True


def give_back(task: Task, call: Call, *, by: User, at: dt.datetime) -> None:
    """Their place, if they hold one. Raises OnTheSpot."""
    claim = claim_of(task, call)
    rules.check_not_there(claim)
    if claim is None or not claim.is_open:
        return
    note = _("应急集结：来不了")
    move(
        claim, Claim.State.WITHDRAWN, allowed=Claim.State.OPEN, event=ClaimEvent, by=by, at=at, note=note,
        refusal=overtaken,
    )  # fmt: skip
    Task.objects.filter(pk=task.pk).update(places_taken=F("places_taken") - 1)
    task.places_taken -= 1


def move_up(task: Task, now: dt.datetime) -> None:
    """Free places to who stands by, first come first. Needs the task's row held."""
    standing_by = Call.objects.standing_by().filter(muster=task.pk, member__user__isnull=False)
    up = list(standing_by.select_related("member__user")[: task.places_left])
    for call in up:
        user = call.member.user
        if user and (holds_place(task, call) or take(task, call, now, by=user)):
            answer(call, State.ACCEPTED, by=None, at=now, note=_("由备勤转为参加"))
    messages.tell_moved_up(task, up)
