"""Exemptions: dated leave that lowers the year's requirement by rule (DOMAIN 4.1)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Exemption, ExemptionEvent, Member, User
from members.people import messages
from members.people.rules import (
    DatesWrong,
    check_leave,
    check_second_person,
    check_stands,
    is_longer,
    leave_limits,
)
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, check_reason
from xianfeng.lib.transitions import move, record

State = Exemption.State
ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def exempt(
    member: Member, *, kind: str, starts_on: dt.date, ends_on: dt.date, reason: str, by: User
) -> Exemption:
    """Approve leave, both days included; long leave, in one piece or several, waits for a second person.

    Raises DatesWrong, ReasonNeeded, NotPossible for oneself.
    """
    if by.is_same_person(member):
        raise NotPossible(_("不能给自己批准豁免。"), "not_oneself")
    limits = leave_limits(starts_on.year)
    check_leave(starts_on, ends_on, limits)
    locked = Member.objects.select_for_update().get(pk=member.pk)
    check_stands(locked)
    overlapping = locked.exemptions.standing().filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
    if overlapping.exists():
        raise DatesWrong(_("这段时间已有豁免，请先撤销原来的或改日期。"), "overlapping")
    needs_second = limits.second_person and is_longer(
        *_absence(locked, starts_on, ends_on), limits.second_person
    )
    exemption = Exemption.objects.create(
        member=member,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=check_reason(reason),
        approved_by=by,
        state=State.WAITING if needs_second else State.GRANTED,
    )
    record([exemption], event=ExemptionEvent, by=by)
    if exemption.is_waiting:
        messages.ask_second(exemption)
    else:
        _takes_effect(exemption, by=by)
    return exemption


def _absence(member: Member, starts_on: dt.date, ends_on: dt.date) -> tuple[dt.date, dt.date]:
    """The whole time away: this leave with those that lead up to it, or follow on it, day by day."""
    leaves = sorted(member.exemptions.standing().values_list("starts_on", "ends_on"))
    for since, until in reversed(leaves):
        if until + ONE_DAY == starts_on:
            starts_on = since
    for since, until in leaves:
        if ends_on + ONE_DAY == since:
            ends_on = until
    return starts_on, ends_on


@transaction.atomic
def confirm_exemption(exemption: Exemption, *, by: User) -> Exemption:
    """The second person agrees: from now on it counts. Raises AlreadyDecided, NotPossible."""
    check_second_person(exemption, by)
    _step(exemption, State.GRANTED, allowed=State.OPEN, by=by, confirmed_by=by)
    _takes_effect(exemption, by=by)
    return exemption


@transaction.atomic
def withdraw_exemption(exemption: Exemption, *, by: User) -> Exemption:
    """Take an exemption back, or do not agree to one that waits; the row stays, dated.

    Raises AlreadyDecided, NotPossible for oneself.
    """
    if by.is_same_person(exemption.member):
        raise NotPossible(_("不能撤销自己的豁免。"), "not_oneself")
    was_granted = not exemption.is_waiting
    now = timezone.now()
    _step(exemption, State.WITHDRAWN, allowed=State.STANDS, by=by, withdrawn_at=now, withdrawn_by=by)
    if was_granted:
        messages.tell_exempted(messages.WITHDRAWN, messages.STAFF_WITHDRAWN, exemption, by=by)
        later("flags.renew_forecast")
    else:
        messages.tell_not_agreed(exemption, by=by)
    return exemption


def _takes_effect(exemption: Exemption, *, by: User) -> None:
    messages.tell_exempted(messages.GRANTED, messages.STAFF_GRANTED, exemption, by=by)
    later("flags.renew_forecast")


def _step(exemption: Exemption, to: str, *, allowed: frozenset[str], by: User, **fields: Any) -> None:
    move(exemption, to, allowed=allowed, event=ExemptionEvent, by=by, refusal=_decided_before, **fields)


def _decided_before() -> AlreadyDecided:
    return AlreadyDecided(_("这条豁免已经办理过了，请刷新页面查看结果。"))
