"""A place that comes free is offered to the next in line, and until they answer nobody else gets it.

Whoever gives a place back passes it on in the same transaction, while they hold the task's row: so a place
never lies open while somebody waits who could take it, and claiming needs to know nothing of the list.
The next one's own row is not locked, which keeps the order of locks (member, task, claim): an offer
promises a place and no more; whether it may be theirs is asked again when they say yes.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import islice

from django.db.models import F
from django.utils.translation import gettext as _

from members.models import Member, User
from tasks.claiming import messages
from tasks.claiming.answer_times import answer_by
from tasks.claiming.rules import Limits, Standing, check_offer, is_in_audience
from tasks.models import Claim, ClaimEvent, Task
from tasks.models.applicant import Applicant
from xianfeng.lib.refusal import ChangedMeanwhile, Refusal, refusal_of
from xianfeng.lib.times import format_moment
from xianfeng.lib.transitions import move, move_all

State = Claim.State
# What the rules and the messages read of who waits.
KNOWN = ("user", "unit", "community", "estate")


def locked(task_id: int) -> Task:
    """The task as it stands, its row held until the end of the transaction: what waits on it stands still."""
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("publisher", "wish")
    return rows.get(pk=task_id)


def pass_on(task_id: int, now: dt.datetime) -> None:
    """Offer what is free to those who wait, in their order; near the end tell all of them that it is open.

    One query where nobody waits. Needs the task's row held by this transaction.
    """
    line = Claim.objects.in_line().filter(task=task_id)
    waiting = list(line.select_related(*(f"member__{name}" for name in KNOWN)))
    if not waiting:
        return
    task = Task.objects.select_related("publisher").get(pk=task_id)
    if task.is_full or not task.is_published or now >= task.last_entry:
        return
    until = answer_by(task.last_entry, now)
    if until is None:
        messages.tell_open_to_all(task, waiting)
        return
    offer(list(islice(able(waiting, task, now), task.places_left)), task, until, now)


def able(waiting: Collection[Claim], task: Task, now: dt.datetime) -> Iterator[Claim]:
    """Who could take a place now; the others are passed over and keep their rank."""
    limits = Limits.at(now)
    return (claim for claim in waiting if not obstacle_of(claim.member, task, limits, now))


def obstacle_of(member: Member, task: Task, limits: Limits, now: dt.datetime) -> str:
    """Why the member could not take a place that is offered, in words; "" where nothing is in the way."""
    return refusal_of(check_taker, member, task, limits, now)


def check_taker(member: Member, task: Task, limits: Limits, now: dt.datetime) -> None:
    standing = Standing.of(Applicant.of(member), limits, now)
    check_offer(task, standing, now, in_audience=is_in_audience(task, member))


def offer(
    claims: Collection[Claim], task: Task, until: dt.datetime, now: dt.datetime, *, by: User | None = None
) -> None:
    """Keep a place for each of them until then."""
    if not claims:
        return
    Task.objects.filter(pk=task.pk).update(places_taken=F("places_taken") + len(claims))
    move_all(
        claims,
        State.OFFERED,
        allowed={State.WAITING},
        event=ClaimEvent,
        by=by,
        at=now,
        note=_("请于 %(until)s 前确认") % {"until": format_moment(until)},
        refusal=overtaken,
        offered_until=until,
    )
    messages.tell_offered(task, claims, until)


def take_back(claim: Claim, to: State, *, by: User | None, now: dt.datetime, note: str = "") -> None:
    """End an offer; its place goes to the next. Needs the task's row held."""
    move(
        claim, to, allowed={State.OFFERED}, event=ClaimEvent, by=by, at=now, note=note, refusal=overtaken,
        offered_until=None,
    )  # fmt: skip
    Task.objects.filter(pk=claim.task_id).update(places_taken=F("places_taken") - 1)


def overtaken() -> Refusal:
    return ChangedMeanwhile(_("候补名单刚刚有了变化。请刷新页面查看最新状态。"))
