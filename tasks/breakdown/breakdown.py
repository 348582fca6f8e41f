"""Targets of a city task: setting, changing and withdrawing them, and what communities and units answer."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.breakdown import messages, rules
from tasks.models import Target, TargetEvent, Task
from tasks.rules import check_text
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.times import local_date
from xianfeng.lib.transitions import move as move_row
from xianfeng.lib.transitions import move_all, record

State = Target.State
NO_ANSWER: dict[str, Any] = {
    "contact_name": "", "promised": None, "reason": "", "answered_by": None, "answered_at": None,
}  # fmt: skip


def move(
    target: Target, to: str, *, allowed: Collection[str], by: User | None, at: dt.datetime, **how: Any
) -> None:
    """From the state it was seen in, unless somebody was faster. Raises AlreadyDecided."""
    move_row(target, to, allowed=allowed, event=TargetEvent, by=by, at=at, refusal=rules.overtaken, **how)


# --- The city -----------------------------------------------------------------------------------


@transaction.atomic
def set_targets(
    task: Task, wanted: Mapping[Organization, int], *, due: dt.date, by: User, now: dt.datetime | None = None
) -> list[Target]:
    """So many places of each by a day; what was set so already stays, what differs is changed and told.

    Raises NotBreakable, NobodyAsked, NotReached, PlacesOutOfRange, DueOutOfRange.
    """
    at = now or timezone.now()
    rules.demand_setter(by, task)
    rules.check_breakable(task, at)
    rules.check_asked(wanted, task.audience.all())
    for places in wanted.values():
        rules.check_places(places)
    rules.check_due(due, task, local_date(at))
    rows = Target.objects.select_for_update().filter(task=task, organization__in=wanted)
    known = {one.organization_id: one for one in rows}
    new = [
        Target(task=task, organization=one, places=places, due=due, set_by=by, set_at=at)
        for one, places in wanted.items()
        if one.pk not in known
    ]
    Target.objects.bulk_create(new)
    record(new, event=TargetEvent, by=by, at=at)
    changed = [one for one in known.values() if _change(one, wanted[one.organization], due, by=by, at=at)]
    messages.tell_set(task, new)
    messages.tell_changed(task, changed)
    return new + changed


def _change(target: Target, places: int, due: dt.date, *, by: User, at: dt.datetime) -> bool:
    """Whether anything is different; a withdrawn one is asked anew, an answer to it stands."""
    if not target.is_withdrawn and (target.places, target.due) == (places, due):
        return False
    to = State.OPEN if target.is_withdrawn else target.state
    fields = {"places": places, "due": due, "set_by": by, **(NO_ANSWER if target.is_withdrawn else {})}
    note = _("目标 %(places)d 人，期限 %(due)s") % {"places": places, "due": due}
    move(target, to, allowed=State.values, by=by, at=at, note=note, **fields)
    return True


@transaction.atomic
def withdraw(target: Target, *, reason: str, by: User, now: dt.datetime | None = None) -> Target:
    """Not asked any more; tasks that a community published for it go on as its own. Raises ReasonNeeded."""
    rules.demand_setter(by, target.task)
    why = checked(reason)
    move(target, State.WITHDRAWN, allowed=State.ASKED, by=by, at=now or timezone.now(), note=why, reason=why)
    messages.tell_withdrawn(target)
    return target


def end_with(task: Task, reason: str, *, by: User, at: dt.datetime) -> None:
    """The whole was called off: nothing is asked of anybody any more, and everybody is told."""
    targets = list(Target.objects.asked().filter(task=task).select_related("organization"))
    move_all(
        targets, State.WITHDRAWN, allowed=State.ASKED, event=TargetEvent, by=by, at=at, note=reason,
        refusal=rules.overtaken, reason=reason,
    )  # fmt: skip
    messages.tell_ended(task, targets, reason)


# --- Answers ------------------------------------------------------------------------------------


@transaction.atomic
def promise(
    target: Target, *, contact_name: str, places: int, by: User, now: dt.datetime | None = None
) -> Target:
    """A unit names who answers for it, and how many it promises; said again, it is corrected.

    Nobody is assigned by it: its people claim for themselves. Raises NoContact, PlacesOutOfRange, WrongState.
    """
    at, contact = now or timezone.now(), contact_name.strip()
    rules.demand_answerer(by, target)
    rules.check_still_asked(target)
    rules.check_promise(target, contact, places)
    note = _("联系人 %(contact)s，承诺 %(places)d 人") % {"contact": contact, "places": places}
    said = {"contact_name": contact, "promised": places, "reason": "", "answered_by": by, "answered_at": at}
    move(target, State.TAKEN, allowed=State.ASKED, by=by, at=at, note=note, **said)
    return target


@transaction.atomic
def decline(target: Target, *, reason: str, by: User, now: dt.datetime | None = None) -> Target:
    """Cannot be taken up, and why: the city is told. Raises ReasonNeeded, StillPublished, WrongState."""
    at = now or timezone.now()
    rules.demand_answerer(by, target)
    rules.check_still_asked(target)
    rules.check_nothing_published(target)
    why = checked(reason)
    said = NO_ANSWER | {"reason": why, "answered_by": by, "answered_at": at}
    move(target, State.DECLINED, allowed={State.OPEN, State.TAKEN}, by=by, at=at, note=why, **said)
    messages.tell_declined(target)
    return target


@transaction.atomic
def reopen(target: Target, *, by: User, now: dt.datetime | None = None) -> Target:
    """An answer taken back: it waits again. Raises StillPublished, WrongState, AlreadyDecided."""
    rules.demand_answerer(by, target)
    rules.check_still_asked(target)
    rules.check_nothing_published(target)
    at, note = now or timezone.now(), _("撤销答复")
    move(target, State.OPEN, allowed={State.TAKEN, State.DECLINED}, by=by, at=at, note=note, **NO_ANSWER)
    return target


def take(target: Target, part: Task, *, by: User, at: dt.datetime) -> None:
    """A community made a task of its own for it."""
    said = NO_ANSWER | {"answered_by": by, "answered_at": at}
    move(target, State.TAKEN, allowed=State.ASKED, by=by, at=at, note=part.title, **said)


def release(part: Task, *, by: User, at: dt.datetime) -> None:
    """The last task that was made for it was called off: it waits again."""
    found = Target.objects.filter(task=part.parent_id, organization=part.publisher_id, state=State.TAKEN)
    target = found.select_for_update().first() if part.parent_id else None
    if target and not rules.live_parts(target).exists():
        note = _("承接的任务已取消：%(title)s") % {"title": part.title}
        move(target, State.OPEN, allowed={State.TAKEN}, by=by, at=at, note=note, **NO_ANSWER)


def checked(reason: str) -> str:
    why = check_reason(reason, least=4, told=_("对方会看到"))
    check_text(why, _("原因"), field="reason", kinds=personal_data.FORBIDDEN)
    return why
