"""What members change about themselves, and what they ask others to correct."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member, User
from members.people import messages
from members.people.rules import check_stands
from xianfeng.lib.pinyin import in_pinyin
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import NotPossible, check_reason
from xianfeng.lib.times import today

State = Member.State
OWN_FIELDS = ("address", "skills", "free_times", "intentions")


@transaction.atomic
def keep_profile(member: Member, *, by: User, **fields: str) -> Member:
    """Write the member's own data; only the member does. Raises ValueError for a field of others."""
    if set(fields) - set(OWN_FIELDS) or member.user_id != by.pk:
        raise ValueError("Only the member changes these, and only these.")
    for name, value in fields.items():
        setattr(member, name, value)
    member.save(update_fields=list(fields))
    return member


@transaction.atomic
def correct_entry(member: Member, *, by: User, **fields: Any) -> Member:
    """Write the corrected columns of a roster entry; pinyin follows the name, the state the dates.

    Raises NotPossible for one's own: its dates and rank set what the year asks of one. ValueError for the
    unit, which changes on a day and with two units told (`leaving.recording.transfer`).
    """
    if "unit" in fields:
        raise ValueError("Another unit is a dated move.")
    if by.is_same_person(member):
        raise NotPossible(_("不能改正自己的名册信息，请由同事办理。"), "not_oneself")
    # Read again: whoever was confirmed since the form was opened stays so.
    member = Member.objects.select_for_update().get(pk=member.pk)
    check_stands(member)
    changed = [name for name, value in fields.items() if getattr(member, name) != value]
    for name, value in fields.items():
        setattr(member, name, value)
    member.pinyin, member.initials = in_pinyin(member.name)
    member.state = state_on(member, today())
    member.save(update_fields=[*fields, "pinyin", "initials", "state"])
    if changed:
        messages.tell_corrected(member, changed, by=by)
    later("flags.renew_forecast")
    later("members.let_depart")  # a last day that has passed gives back what waits for the person
    return member


def state_on(member: Member, day: dt.date) -> str:
    """The day of leaving is the last one; who is taken back stands where they stood before."""
    if member.departed_on and member.departed_on < day:
        return State.DEPARTED
    if member.state != State.DEPARTED:
        return member.state
    return State.REGISTERED if member.registered_at else State.LISTED


def ask_correction(member: Member, *, text: str, by: User) -> int:
    """Tell the unit's and the community's staff what is wrong (个人信息保护法 46). Returns how many.

    The same text on the same day is one request.
    """
    return messages.ask_staff(member, check_reason(text))
