"""Reporting to a community (双报到): apply, confirm, return, withdraw (DOMAIN 4.1)."""

from collections.abc import Set
from dataclasses import dataclass
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.accounts import holding
from members.cleaning import clean_list
from members.leaving import recording
from members.models import Member, Organization, Registration, RegistrationEvent, User
from members.numbers import changing
from members.persons import uniting
from members.registration import messages, rules
from members.registration.matching import Match, match
from xianfeng.lib.pinyin import in_pinyin
from xianfeng.lib.refusal import AlreadyDecided, check_reason
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move, record

State = Registration.State


@dataclass(frozen=True)
class Application:
    """What a person states about themself; the mobile has been proven."""

    name: str
    mobile: str
    unit: Organization
    community: Organization
    estate: Organization | None = None
    address: str = ""
    skills: str = ""
    intentions: str = ""
    free_times: str = ""


# --- Accounts -----------------------------------------------------------------------------------


def account_for(mobile: str, name: str) -> User:
    """The account of a proven mobile: the one there is, or a new one that only codes can open."""
    if known := holding.account_of(mobile, name):
        if known.mobile != mobile:
            with transaction.atomic():
                holding.take_number(known, mobile)
                holding.forget_credentials(known)
        return known
    holding.let_go(mobile)
    user = User(username=f"m{uuid4().hex[:12]}", mobile=mobile, name=name)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # the same person on a second device, at the same moment
        return User.objects.get(mobile=mobile)
    return user


# --- The applicant's side -----------------------------------------------------------------------


@transaction.atomic
def submit(application: Application, *, by: User) -> Registration:
    """Send the application to the community.

    Raises AlreadyOpen while an earlier one waits, and WrongPlace where estate and community disagree.
    """
    found = match(
        name=application.name,
        mobile=application.mobile,
        unit=application.unit,
        community=application.community,
    )
    values = dict(vars(application))
    member = own(found, by)
    registration = Registration(
        user=by,
        member=member,
        on_roster=member is not None,
        differences=found.differences,
        promised_at=timezone.now(),
        **values,
    )
    rules.check_place(registration)
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError as error:
        raise rules.AlreadyOpen(_("您已有一份报到在等社区确认，不用重复提交。")) from error
    if registration.member_id:
        claim_entry(registration)
    record([registration], event=RegistrationEvent, by=by)
    messages.tell_community(registration)
    return registration


def own(found: Match, user: User) -> Member | None:
    """The matched entry, unless it belongs to another account already."""
    member = found.member
    if member and member.user_id not in (None, user.pk):
        found.differences.append(["account", member.name, ""])
        return None
    return member


def claim_entry(registration: Registration) -> None:
    """The matched entry waits for the community; who registered before stays so while they move."""
    entries = Member.objects.filter(pk=registration.member_id or 0)
    entries.filter(user__isnull=True).update(user=registration.user_id)
    entries.filter(state=Member.State.LISTED).update(state=Member.State.PENDING)
    uniting.keep_together(registration.member_id or 0)


@transaction.atomic
def withdraw(registration: Registration, *, by: User) -> Registration:
    """The applicant takes an undecided application back. Raises AlreadyDecided."""
    change_state(registration, State.WITHDRAWN, by=by)
    release_entry(registration)
    return registration


# --- The community's side -----------------------------------------------------------------------


@transaction.atomic
def confirm(registration: Registration, *, by: User, same_person: Member | None = None) -> Registration:
    """Take the applicant into the community; who was not on the roster becomes a member of it.

    `same_person` says that the applicant is this roster entry with an old mobile.
    Raises AlreadyDecided, OwnRegistration, WrongPlace, NotThisPerson, or MobileOnRoster while the
    roster holds the mobile under another name.
    """
    rules.check_not_own(registration, by)
    rules.check_place(registration)
    change_state(registration, State.CONFIRMED, by=by)
    member = settle_member(registration, same_person, by)
    rules.check_not_own_entry(member, by)
    follow_number(registration, member, by)
    leave_former_community(registration, member, by)
    come_back(member, by)
    move_in(member, registration)
    messages.tell_applicant(messages.CONFIRMED, registration)
    messages.tell_unit(registration, member)
    return registration


@transaction.atomic
def return_(registration: Registration, *, reason: str, by: User) -> Registration:
    """Send the application back to the applicant, who may correct and resubmit. Raises AlreadyDecided."""
    rules.check_not_own(registration, by)
    reason = check_reason(reason)
    change_state(registration, State.RETURNED, by=by, note=reason)
    release_entry(registration)
    messages.tell_applicant(messages.RETURNED, registration)
    return registration


def settle_member(registration: Registration, same_person: Member | None, by: User) -> Member:
    """The roster entry this application is about, made where there is none."""
    member = registration.member or same_person
    if member is None:
        found = match(name=registration.name, mobile=registration.mobile, unit=registration.unit)
        member = found.member if found.member and found.member.user_id is None else None
    elif registration.member is None:
        rules.check_same_person(registration, member)
    member = member or make_member(registration, by)
    if registration.member_id != member.pk:
        Registration.objects.filter(pk=registration.pk).update(member=member)
        registration.member = member
    return member


def follow_number(registration: Registration, member: Member, by: User) -> None:
    """Who is taken for somebody with another number has a new one, and keeps the account of before."""
    if member.mobile != registration.mobile:
        try:
            changing.recognise(member, registration.mobile, by=by)
        except AlreadyDecided as error:
            raise rules.NotThisPerson(_("名册上的这位同志刚刚换了手机号，请刷新页面后核对。")) from error
    if member.user and registration.user_id != member.user_id:
        Registration.objects.filter(pk=registration.pk).update(user=member.user)
        registration.user = member.user


def make_member(registration: Registration, by: User) -> Member:
    """On the roster from the day of confirmation: nobody new owes a whole year unasked."""
    if Member.objects.filter(mobile=registration.mobile).exists():
        raise rules.MobileOnRoster(
            _("这个手机号在名册上登记在另一位同志名下。请先请其单位或市委组织部核对、更正名册，再来确认。")
        )
    pinyin, initials = in_pinyin(registration.name)
    member = Member.objects.create(
        name=registration.name,
        pinyin=pinyin,
        initials=initials,
        mobile=registration.mobile,
        unit=registration.unit,
        joined_on=today(),
        note=_("报到时不在册，由社区确认"),
    )
    recording.record_joined(member, day=today(), by=by, note=member.note)
    return member


def come_back(member: Member, by: User) -> None:
    """Who had left the roster, or was about to, is on it again from today."""
    member.refresh_from_db(fields=["state", "departed_on"])
    if member.is_departed:
        recording.record_returned(member, day=today(), by=by, note=_("重新报到，由社区确认"))


def move_in(member: Member, registration: Registration) -> None:
    """Write what the community confirmed; the unit stays as on the roster, its change is the unit's."""
    if Member.objects.filter(mobile=registration.mobile).exclude(pk=member.pk).exists():
        raise rules.MobileOnRoster(_("这个手机号在名册上属于另一位同志，请先更正名册。"))
    if Member.objects.filter(user=registration.user_id).exclude(pk=member.pk).exists():
        raise rules.NotThisPerson(_("申请人的账号已关联名册上的另一条记录。若是同一人，请先合并两条记录。"))
    # Of two applicants taken for the same entry at once, the second must not take it from the first.
    free = Member.objects.filter(Q(user__isnull=True) | Q(user=registration.user_id), pk=member.pk)
    moved = free.update(
        user=registration.user_id,
        mobile=registration.mobile,
        community=registration.community_id,
        estate=registration.estate_id,
        address=registration.address,
        skills=clean_list(registration.skills or member.skills),
        intentions=clean_list(registration.intentions or member.intentions),
        free_times=registration.free_times or member.free_times,
        state=Member.State.REGISTERED,
        registered_at=member.registered_at or timezone.now(),
    )
    if moved != 1:
        raise rules.NotThisPerson(_("名册上的这位同志刚刚关联了另一个账号，请刷新页面后核对。"))
    uniting.keep_together(member.pk)


def leave_former_community(registration: Registration, member: Member, by: User) -> None:
    """A move to another community closes the earlier registration there, visibly for both."""
    earlier = Registration.objects.filter(member=member, state=State.CONFIRMED).exclude(pk=registration.pk)
    if member.community_id != registration.community_id and not earlier.exists():
        messages.tell_community_on_roster(registration, member)
    for former in earlier.select_related("community"):
        moved = _("转往%(community)s") % {"community": registration.community.name}
        change_state(former, State.TRANSFERRED, by=by, note=moved, allowed={State.CONFIRMED})
        if former.community_id != registration.community_id:
            messages.tell_former_community(former, registration, member)


# --- Shared steps -------------------------------------------------------------------------------


def change_state(
    registration: Registration, to: str, *, by: User, note: str = "", allowed: Set[str] = State.OPEN
) -> None:
    """Of two clerks, one decides; of a community, the estate's move to another one and a merge too.

    Raises AlreadyDecided.
    """
    move(
        registration,
        to,
        allowed=allowed,
        event=RegistrationEvent,
        by=by,
        note=note,
        refusal=decided_before,
        guard=Q(community=registration.community_id, member=registration.member_id),
        decided_at=timezone.now(),
        decided_by=by,
        reason=note,
    )


def decided_before() -> AlreadyDecided:
    return AlreadyDecided(_("这份报到已经有人办理过了，请刷新页面查看结果。"))


def release_entry(registration: Registration) -> None:
    """Nothing was confirmed: the entry is only listed again. The account proved itself and stays."""
    Member.objects.filter(pk=registration.member_id or 0, state=Member.State.PENDING).update(
        state=Member.State.LISTED
    )
