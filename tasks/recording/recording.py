"""Records of service past (补记): what was done without the platform, and who came without signing up.

Each entered place keeps who entered it and who says so; it is decided on like any other, above the
year's figure by somebody else than who entered it.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Unpack

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, Organization, Registration, User
from members.models.people import MemberQuerySet
from members.models.registration import RegistrationQuerySet
from tasks.models import Claim, ClaimEvent, ServiceItem, Task
from tasks.moving import move
from tasks.publishing import publishing
from tasks.recording import messages, rules
from tasks.reviewing import reviewing
from tasks.rights import demand, in_charge, may_mark_presence
from tasks.rules import UnknownClaim, check_flags, check_text
from tasks.scope import screening
from tasks.verifying.verifying import settle
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move as move_row
from xianfeng.lib.transitions import record

State = Claim.State


@transaction.atomic
def record_task(
    *,
    by: User,
    publisher: Organization,
    item: ServiceItem,
    key: str | None = None,
    now: dt.datetime | None = None,
    **terms: Unpack[publishing.Terms],
) -> Task:
    """Something that took place without the platform; nobody signs up for it, people are entered.

    Raises NotOver, YearSettled, and what `publishing.draft` refuses.
    """
    at = now or timezone.now()
    terms["is_late_entry"] = True
    task = publishing.draft(by=by, publisher=publisher, item=item, audience=[publisher], key=key, **terms)
    if not task.is_draft:
        return task  # the same form again
    rules.check_past(task, at)
    check_flags(item, task.flags)
    reviewing.note_late(task, screening.findings(task), by=by, at=at)
    move(task, Task.State.PUBLISHED, by=by, at=at, note=_("补记"), published_at=at)
    return task


def people_for(task: Task, by: User) -> MemberQuerySet:
    """Registered people of one's own; on one's own task also who moved away since, who served as such.

    Of a task of the city's each community enters its people only: whom it does not see it cannot verify.
    """
    own = Member.objects.visible_to(by)
    if by.desk and by.desk.organization.contains(task.publisher):
        own |= Member.objects.filter(pk__in=_moved_since(task, by).values("member"))
    return own.registered()


def _moved_since(task: Task, by: User) -> RegistrationQuerySet:
    moved = Registration.State.TRANSFERRED
    gone = Registration.objects.visible_to(by).filter(state=moved)
    return gone.filter(events__to_state=moved, events__at__gt=task.starts_at)


@transaction.atomic
def enter(
    task: Task, members: Collection[int], *, witness: str, by: User, now: dt.datetime | None = None
) -> list[Claim]:
    """Put people on the list who were there without having signed up; all or none.

    Raises NobodyNamed, OutsideScope, NoWitness, OwnClaim, OnTheListAlready, OverlapsInTime, YearSettled.
    """
    at = now or timezone.now()
    demand(may_mark_presence(by, task))
    # Member before task, the order of the claim path.
    own = people_for(task, by).filter(pk__in=members)
    found = list(own.select_for_update(of=("self",), no_key=True).select_related("user").order_by("pk"))
    rules.check_named(set(members), found, said := witness.strip())
    rules.check_not_oneself(found, by)
    locked = Task.objects.select_for_update(of=("self",)).select_related("publisher").get(pk=task.pk)
    rules.check_enterable(locked, at)
    before = {
        claim.member_id: claim for claim in locked.claims.filter(member__in=found).select_related("member")
    }
    rules.check_new(before.values())
    rules.check_free(locked, _others(locked, found))
    claims = [_place(locked, member, before.get(member.pk)) for member in found]
    _write(claims, said, by=by, at=at)
    _make_room(locked, len(claims), by=by, at=at)
    messages.tell_entered(locked, claims, said)
    return claims


def _others(task: Task, members: Sequence[Member]) -> list[Claim]:
    """Where else they serve in that time, or did."""
    elsewhere = Claim.objects.serving().filter(member__in=members).exclude(task=task)
    near = elsewhere.filter(task__starts_at__lt=task.ends_at, task__ends_at__gt=task.starts_at)
    return list(near.select_related("task", "member"))


def _place(task: Task, member: Member, before: Claim | None) -> Claim:
    """A place given back earlier is taken on the same claim."""
    claim = before or Claim(task=task, member=member)
    claim.member = member
    return claim


def _write(claims: Sequence[Claim], witness: str, *, by: User, at: dt.datetime) -> None:
    for claim in claims:
        earlier = claim.state if claim.pk else ""
        claim.state, claim.claimed_at = State.CLAIMED, at
        claim.entered_by, claim.witness = by, witness
        claim.presence, claim.presence_method = Claim.Presence.PRESENT, Task.Presence.SHEET
        claim.presence_at, claim.presence_by = at, by
        claim.save()
        note = _("补记，证明人：%(witness)s") % {"witness": witness}
        record([claim], event=ClaimEvent, by=by, before=earlier, note=note, at=at)


def _make_room(task: Task, count: int, *, by: User, at: dt.datetime) -> None:
    """They came whether there was a place or not; a list that was closed is open again."""
    taken = F("places_taken") + count
    Task.objects.filter(pk=task.pk).update(places_taken=taken, capacity=Greatest("capacity", taken))
    if task.state == Task.State.SETTLED:
        move(task, Task.State.PUBLISHED, by=by, at=at, note=_("补记 %(count)d 人") % {"count": count})


@transaction.atomic
def take_out(claim: Claim, *, reason: str, by: User, now: dt.datetime | None = None) -> Claim:
    """Take an entered place back, as long as it is not decided on; a decision is reversed first."""
    at = now or timezone.now()
    demand(may_mark_presence(by, claim.task))
    why = check_reason(reason)
    check_text(why, _("原因"), field="reason")
    rows = Task.objects.select_related("wish").select_for_update(of=("self",))
    task = rows.get(pk=claim.task_id)
    entered = in_charge(by, claim.task).filter(pk=claim.pk).exclude(entered_by=None)
    if not entered.exists():
        raise UnknownClaim(_("这不是补记的人员，不能这样移出。"))
    move_row(
        claim, State.WITHDRAWN, allowed=State.OPEN, event=ClaimEvent, by=by, at=at, note=why,
        refusal=decided, entered_by=None, witness="", **Claim.UNMARKED,
    )  # fmt: skip
    Task.objects.filter(pk=task.pk).update(places_taken=F("places_taken") - 1)
    _close_again(task, by=by, at=at)
    messages.tell_taken_out(claim, why)
    return claim


def _close_again(task: Task, *, by: User, at: dt.datetime) -> None:
    """Where the others are decided on already, nothing waits; an empty list waits for its people."""
    if task.claims.holding().exists() and not task.claims.open().exists():
        settle(task, by=by, at=at)


def decided() -> UnknownClaim:
    return UnknownClaim(_("这条补记已认定或已移出。已认定的请先撤销认定。"))
