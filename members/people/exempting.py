"""Exemptions: dated leave that lowers the year's requirement by rule (DOMAIN 4.1)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Exemption, Member, User
from members.people import messages
from members.people.rules import DatesWrong, check_stands
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, check_reason


@transaction.atomic
def exempt(
    member: Member, *, kind: str, starts_on: dt.date, ends_on: dt.date, reason: str, by: User
) -> Exemption:
    """Approve leave, both days included. Raises DatesWrong, ReasonNeeded, NotPossible for oneself."""
    if member.user_id == by.pk:
        raise NotPossible(_("不能给自己批准豁免。"), "not_oneself")
    if ends_on < starts_on:
        raise DatesWrong(_("结束日期不能早于开始日期。"))
    locked = Member.objects.select_for_update().get(pk=member.pk)
    check_stands(locked)
    overlapping = locked.exemptions.filter(
        withdrawn_at__isnull=True, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if overlapping.exists():
        raise DatesWrong(_("这段时间已有豁免，请先撤销原来的或改日期。"), "overlapping")
    exemption = Exemption.objects.create(
        member=member,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=check_reason(reason),
        approved_by=by,
    )
    messages.tell_exempted(messages.GRANTED, exemption)
    later("flags.renew_forecast")
    return exemption


@transaction.atomic
def withdraw_exemption(exemption: Exemption, *, by: User) -> Exemption:
    """Take an exemption back; the row stays, dated. Raises AlreadyDecided, NotPossible for oneself."""
    if exemption.member.user_id == by.pk:
        raise NotPossible(_("不能撤销自己的豁免。"), "not_oneself")
    now = timezone.now()
    rows = Exemption.objects.filter(pk=exemption.pk, withdrawn_at__isnull=True)
    if rows.update(withdrawn_at=now, withdrawn_by=by) != 1:
        raise AlreadyDecided(_("这条豁免已经撤销了。"))
    exemption.withdrawn_at, exemption.withdrawn_by = now, by
    messages.tell_exempted(messages.WITHDRAWN, exemption)
    later("flags.renew_forecast")
    return exemption
