"""A person's mobile changes: by themself, by a desk that knows them, by import, at registration.

The roster's number changes at once. The account follows it when somebody has proven the new number by a
code: in the same step where the person did so, else at the first log-in with it (`accounts.adapter`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.accounts import holding
from members.models import Member, MobileChange, MobileChangeEvent, Organization, User
from members.numbers import messages, rules
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move, record

State, Way = MobileChange.State, MobileChange.Way


# --- The person ---------------------------------------------------------------------------------


@transaction.atomic
def change_own(member: Member, mobile: str, *, by: User) -> MobileChange:
    """The member has proven the new number by a code; every session ends that is not renewed.

    Raises SameNumber, NumberTaken.
    """
    if member.user_id != by.pk:
        raise ValueError("Only the member changes their own number.")
    rules.check_new(member, mobile)
    change = _carry_out(_made(member, mobile, Way.OWN, by=by), texts=["changed"])
    holding.take_number(by, mobile)
    return change


@transaction.atomic
def ask(*, name: str, unit: Organization, old: str, mobile: str) -> MobileChange | None:
    """The old number is lost, the new one proven: unit and community are asked to confirm the person.

    None where the roster knows no such person, or several, or the new number is somebody's: whoever
    asks is told the same in any case. Asking again while it waits changes nothing.
    """
    member = _meant(name, unit, old)
    if member is None or member.mobile == mobile or holding.owner_of(mobile, but=member):
        return None
    if waiting := member.mobile_changes.open().first():
        return waiting
    change = MobileChange(member=member, old=member.mobile, new=mobile, way=Way.LOST, state=State.ASKED)
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError:  # the same form sent twice at once
        return member.mobile_changes.open().first()
    record([change], event=MobileChangeEvent, by=None)
    messages.tell_staff(messages.ASKED, change)
    messages.tell_person(messages.OWN_ASKED, change)
    _text(change, ["asked"])
    return change


def _meant(name: str, unit: Organization, old: str) -> Member | None:
    """The one of this name in this unit; of several, the one with the old number."""
    people = list(Member.objects.on_roster().filter(name=name, unit=unit).select_related("user"))
    by_number = [member for member in people if member.mobile == old]
    found = by_number or people
    return found[0] if len(found) == 1 else None


@transaction.atomic
def object_to(change: MobileChange, *, by: User) -> MobileChange:
    """The account's owner says that it was not them. Raises AlreadyDecided."""
    if change.member.user_id != by.pk:
        raise ValueError("Only the person concerned objects.")
    return _refuse(change, reason=_("本人说明没有申请换号。"), by=by)


# --- Unit, community, city ----------------------------------------------------------------------


@transaction.atomic
def confirm(change: MobileChange, *, by: User) -> MobileChange:
    """The desk has checked that it is the same person. Ends every session of the lost phone.

    Raises AlreadyDecided, NotPossible for oneself, NumberTaken.
    """
    member = change.member
    # The person before what hangs on them, as everybody locks: a merge holds the person, then the requests.
    Member.objects.filter(pk=member.pk).hold()
    rules.check_not_own(member, by)
    rules.check_new(member, change.new)
    _decide(change, State.DONE, by=by)
    _carry_out(change, texts=["changed", "welcome"])
    if member.user:
        holding.take_number(member.user, change.new)
        holding.forget_credentials(member.user)
    return change


@transaction.atomic
def refuse(change: MobileChange, *, reason: str, by: User) -> MobileChange:
    """It is not the person, or cannot be told. Raises AlreadyDecided, ReasonNeeded, NotPossible."""
    rules.check_not_own(change.member, by)
    return _refuse(change, reason=check_reason(reason), by=by)


@transaction.atomic
def correct(member: Member, mobile: str, *, reason: str, by: User) -> MobileChange:
    """A desk writes the number it knows to be right; nobody has proven it yet.

    The former number opens the account until the new one has been proven by a code.
    Raises SameNumber, NumberTaken, ReasonNeeded, NotPossible for oneself.
    """
    rules.check_not_own(member, by)
    rules.check_new(member, mobile)
    return _carry_out(_made(member, mobile, Way.DESK, by=by, reason=check_reason(reason)), texts=["changed"])


@transaction.atomic
def take_back(change: MobileChange, *, by: User) -> MobileChange:
    """Give the former number back: a change of its own. Raises NotPossible once another followed."""
    rules.check_last(change)
    return correct(change.member, change.old, reason=_("退回上一次换号"), by=by)


# --- Other errands ------------------------------------------------------------------------------


def recognise(member: Member, mobile: str, *, by: User) -> None:
    """A registration was taken for this member, whose roster entry had another number.

    The applicant has proven the new one: the member's account, if any, is opened by it from now on.
    Raises SameNumber, NumberTaken.
    """
    rules.check_new(member, mobile)
    _carry_out(_made(member, mobile, Way.REGISTRATION, by=by), texts=["changed"])
    if member.user:
        holding.take_number(member.user, mobile)
        holding.forget_credentials(member.user)


def renumber(members: Iterable[Member], mobiles: Mapping[int, str], *, by: User | None) -> None:
    """Give many people another number, as an import says; nobody has proven these yet.

    `mobiles` has the new ones by the member's id; the callers hold the members' rows.
    Raises SameNumber, NumberTaken, AlreadyDecided.
    """
    changes = []
    for member in members:
        rules.check_new(member, mobiles[member.pk])
        change = _made(member, mobiles[member.pk], Way.IMPORT, by=by, texts=["changed"])
        _write_number(change)
        changes.append(change)
    if not changes:
        return
    MobileChange.objects.bulk_create(changes)
    record(changes, event=MobileChangeEvent, by=by)
    for change in changes:
        messages.tell_person(messages.OWN_CHANGED, change)
    later("members.send_number_texts")


# --- Shared steps -------------------------------------------------------------------------------


def _made(member: Member, mobile: str, way: str, *, by: User | None, **values: Any) -> MobileChange:
    """A change that needs nobody's confirmation, not written yet."""
    fields = {"old": member.mobile, "decided_at": timezone.now(), "decided_by": by, **values}
    return MobileChange(member=member, new=mobile, way=way, state=State.DONE, **fields)


def _carry_out(change: MobileChange, *, texts: list[str]) -> MobileChange:
    """Write the new number, the line that says so, and tell everybody concerned.

    Raises AlreadyDecided where the number was changed meanwhile, NumberTaken where it was taken.
    """
    is_new = change.pk is None
    if is_new:
        change.save()
        record([change], event=MobileChangeEvent, by=change.decided_by)
    _write_number(change)
    messages.tell_staff(messages.CHANGED, change)
    messages.tell_person(messages.OWN_CHANGED, change)
    _text(change, texts)
    return change


def _write_number(change: MobileChange) -> None:
    """Raises AlreadyDecided where the number was changed meanwhile, NumberTaken where it was taken."""
    try:
        with transaction.atomic():
            written = _write(change)
    except IntegrityError as error:
        raise holding.NumberTaken(_("这个手机号刚刚登记在另一位同志名下，请核对。")) from error
    if written != 1:
        raise rules.decided_before()
    change.member.mobile = change.new
    _withdraw_open(change.member, by=change.decided_by)
    holding.let_go(change.new, but=change.member.user)


def _write(change: MobileChange) -> int:
    """Returns how many entries had the former number: one, unless somebody was faster."""
    entry = Member.objects.filter(pk=change.member_id, mobile=change.old)
    merged = Member.objects.filter(mobile=change.new, state=Member.State.MERGED).first()
    if merged and entry.select_for_update().first():
        swap_numbers(change.member, merged)
        return 1
    return entry.update(mobile=change.new)


def swap_numbers(one: Member, other: Member) -> None:
    """Two records of one person change numbers; each number stays unique at every step."""
    Member.objects.filter(pk=other.pk).update(mobile=f"~{other.pk}"[:11])
    Member.objects.filter(pk=one.pk).update(mobile=other.mobile)
    Member.objects.filter(pk=other.pk).update(mobile=one.mobile)
    one.mobile, other.mobile = other.mobile, one.mobile


def _refuse(change: MobileChange, *, reason: str, by: User) -> MobileChange:
    _decide(change, State.REFUSED, by=by, reason=reason)
    messages.tell_person(messages.OWN_REFUSED, change)
    _text(change, ["refused"])
    return change


def close_open(member: Member, *, reason: str, by: User) -> None:
    """What waits can be decided no more, as the record's number is another: who asked is told why."""
    for change in member.mobile_changes.open():
        _refuse(change, reason=reason, by=by)


def _withdraw_open(member: Member, *, by: User | None) -> None:
    """Another way was faster: what waits is decided with it."""
    for change in member.mobile_changes.open():
        _decide(change, State.REFUSED, by=by, reason=_("已用别的方式换号。"))


def _decide(change: MobileChange, to: MobileChange.State, *, by: User | None, reason: str = "") -> None:
    move(
        change,
        to,
        allowed=State.OPEN,
        event=MobileChangeEvent,
        by=by,
        note=reason,
        refusal=rules.decided_before,
        decided_at=timezone.now(),
        decided_by=by,
        reason=reason,
    )


def _text(change: MobileChange, names: list[str]) -> None:
    """Short messages to be sent once this is committed; a sweep finds what was not."""
    change.texts = [*change.texts, *names]
    change.save(update_fields=["texts"])
    later("members.send_number_texts")
