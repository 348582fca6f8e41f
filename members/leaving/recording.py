"""Changes of the roster, recorded by the unit for its own people and by the city for all.

A transfer needs both units: the old one records it, the new one takes the person in. Until it does the
person stays where they are, so nobody is ever lost between two.
"""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from members.leaving import carrying, messages, rules
from members.models import Member, Organization, RosterChange, RosterChangeEvent, User
from members.people.keeping import state_on
from xianfeng.lib.pinyin import in_pinyin
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import NotPossible, check_reason
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move, record

Kind, State = RosterChange.Kind, RosterChange.State
DATES = ("joined_on", "departed_on")


# --- Entering -----------------------------------------------------------------------------------


@transaction.atomic
def join(
    *,
    name: str,
    mobile: str,
    day: dt.date,
    unit: Organization,
    by: User,
    is_another: bool = False,
    **fields: Any,
) -> RosterChange:
    """A new entry of the roster, from this day on. Raises MobileKnown, NamesakeInUnit, DatesWrong."""
    rules.check_entry_day(day)
    rules.check_newcomer(name, mobile, unit, is_another=is_another)
    pinyin, initials = in_pinyin(name)
    names = {"name": name, "pinyin": pinyin, "initials": initials}
    try:
        with transaction.atomic():
            member = Member.objects.create(**names, mobile=mobile, unit=unit, joined_on=day, **fields)
    except IntegrityError as error:  # the same form sent twice at once
        raise rules.MobileKnown(_("这个手机号刚刚登记过了，请在名册里查找。")) from error
    return record_joined(member, day=day, by=by)


def record_joined(member: Member, *, day: dt.date, by: User, note: str = "") -> RosterChange:
    """The line for an entry that was just made."""
    return _tell(_written(member, Kind.JOINED, day, by=by, note=note, to_unit=member.unit))


@transaction.atomic
def rejoin(member: Member, *, day: dt.date, note: str = "", by: User) -> RosterChange:
    """Back on the roster with all history; the year counts from this day on.

    Raises StillOnRoster, DatesWrong.
    """
    member = _locked(member)
    rules.check_returns(member, by)
    # On the day or after it: who is on the roster may take places at once.
    rules.check_day(day, since=member.departed_on, ahead=dt.timedelta())
    return record_returned(member, day=day, by=by, note=note)


def record_returned(member: Member, *, day: dt.date, by: User, note: str = "") -> RosterChange:
    change = _written(member, Kind.RETURNED, day, by=by, note=note, to_unit=member.unit)
    _set_dates(member, joined_on=day, departed_on=None)
    return _tell(change)


# --- Leaving ------------------------------------------------------------------------------------


@transaction.atomic
def leave(member: Member, *, kind: str, day: dt.date, note: str = "", by: User) -> RosterChange:
    """The last day on the roster, past or to come.

    Raises NotOnRoster, ChangeAhead, DatesWrong, NotPossible.
    """
    member = _locked(member)
    rules.check_leaves(member, by)
    rules.check_day(day, since=rules.latest_step(member))
    change = _written(member, kind, day, by=by, note=note, from_unit=member.unit, state=State.PLANNED)
    _set_dates(member, departed_on=day)
    if day < today():
        carrying.carry_out(change, by=by)
    return _tell(change)


# --- Moving between units -----------------------------------------------------------------------


@transaction.atomic
def transfer(
    member: Member, *, to_unit: Organization, day: dt.date, note: str = "", by: User
) -> RosterChange:
    """The first day in another unit. Who keeps both units decides; else the new one is asked to take in.

    Raises NotOnRoster, ChangeAhead, WrongUnit, DatesWrong, NotPossible.
    """
    member = _locked(member)
    rules.check_leaves(member, by)
    rules.check_target(member, to_unit)
    rules.check_day(day, since=rules.latest_step(member))
    state = State.PLANNED if rules.keeps(to_unit, by) else State.ASKED
    units = {"from_unit": member.unit, "to_unit": to_unit}
    change = _written(member, Kind.MOVED, day, by=by, note=note, state=state, **units)
    return _tell(_on_its_day(change, by))


@transaction.atomic
def accept(change: RosterChange, *, by: User) -> RosterChange:
    """The new unit takes the person in, on the day or today. Raises NotPossible, AlreadyDecided."""
    rules.check_receiver(change, by)
    _locked(change.member)
    _step(change, State.PLANNED, by=by)
    return _tell(_on_its_day(change, by), by=by)


@transaction.atomic
def refuse(change: RosterChange, *, reason: str, by: User) -> RosterChange:
    """The person stays in the old unit, which is told why. Raises ReasonNeeded, NotPossible."""
    rules.check_receiver(change, by)
    _step(change, State.REFUSED, by=by, note=check_reason(reason))
    return _tell(change, by=by, reason=reason)


def _on_its_day(change: RosterChange, by: User) -> RosterChange:
    if change.state == State.PLANNED and change.day <= today():
        carrying.carry_out(change, by=by)
    return change


# --- Taking back --------------------------------------------------------------------------------


@transaction.atomic
def take_back(change: RosterChange, *, reason: str, by: User) -> RosterChange | None:
    """It was a mistake: as before. An entry nobody used is removed, which gives None.

    Raises NotPossible where something rests on it, ReasonNeeded, AlreadyDecided.
    """
    reason = check_reason(reason)
    change.member = member = _locked_still(change.member)
    rules.check_undoable(change, by)
    later("flags.renew_forecast")
    if change.kind == Kind.JOINED:
        _remove(member)
        change.state = State.UNDONE  # its line went with the entry
        messages.tell_removed(change, by=by, reason=reason)
        return None
    _step(change, State.UNDONE, by=by, note=reason)
    if not change.is_move:
        _set_dates(member, **{name: _day(change.before.get(name)) for name in DATES})
    return _tell(change, by=by, reason=reason)


def _remove(member: Member) -> None:
    """Only an entry that nothing refers to. Raises NotPossible."""
    kept = (member.registrations, member.exemptions, member.reveals, member.mobile_changes)
    used = member.user_id or any(rows.exists() for rows in kept)
    try:
        with transaction.atomic():
            if not used:
                member.delete()
    except ProtectedError:
        used = True
    if used:
        raise NotPossible(
            _("这位同志已有报到、豁免、换号、查看或服务记录，不能当作没有登记过。请登记离开。"), "in_use"
        )


# --- Shared steps -------------------------------------------------------------------------------


def _locked(member: Member) -> Member:
    """The row as it is now, held until the end of the transaction."""
    Member.objects.filter(pk=member.pk).hold()
    return Member.objects.select_related("unit", "community", "user").get(pk=member.pk)


def _locked_still(member: Member) -> Member:
    """Raises AlreadyDecided where a colleague removed the entry at this moment."""
    try:
        return _locked(member)
    except Member.DoesNotExist as error:
        raise rules.decided_before() from error


def _written(member: Member, kind: str, day: dt.date, *, by: User, **fields: Any) -> RosterChange:
    before = {name: str(value) for name in DATES if (value := getattr(member, name))}
    change = RosterChange.objects.create(
        member=member, kind=kind, day=day, recorded_by=by, before=before, **fields
    )
    record([change], event=RosterChangeEvent, by=by, note=change.note)
    later("flags.renew_forecast")
    return change


def _set_dates(member: Member, **dates: dt.date | None) -> None:
    for name, value in dates.items():
        setattr(member, name, value)
    member.state = state_on(member, today())
    member.save(update_fields=[*dates, "state"])


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _step(change: RosterChange, to: str, *, by: User, note: str = "") -> None:
    move(
        change,
        to,
        allowed=State.STANDS,
        event=RosterChangeEvent,
        by=by,
        note=note,
        refusal=rules.decided_before,
    )


def _tell(change: RosterChange, *, by: User | None = None, reason: str = "") -> RosterChange:
    messages.tell(change, by=by or change.recorded_by, reason=reason)
    return change
