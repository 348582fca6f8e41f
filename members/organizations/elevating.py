"""Posts in the city's department, and system administration: one person asks, another confirms.

Who holds them may see everybody's data or make accounts; no single account, stolen or not, makes another
like it (separation of duties, GB/T 22239-2019 8.1.7.2: 审批由不同的人).
"""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members import desks
from members.accounts import holding, second_factor, sessions
from members.models import Appointment, Elevation, ElevationEvent, Member, Organization, User
from members.organizations import appointing, messages
from members.organizations.rules import NotGrantable
from xianfeng.lib.refusal import AlreadyDecided, check_reason
from xianfeng.lib.transitions import move, record

State = Elevation.State


def appoint(
    *, user: User, organization: Organization, role: str, by: User, **term: dt.date | None
) -> Appointment | Elevation:
    """Grant a post, or ask a second person for it where one is needed. Raises NotGrantable."""
    if not appointing.needs_second(organization, by):
        return appointing.grant(user=user, organization=organization, role=role, by=by, **term)
    appointing.check_term(user, organization, role, **term)
    appointing.check_grantable(user, organization, by)
    return _ask(user, by, organization=organization, role=role, **term)


@transaction.atomic
def appoint_by_name(
    *, username: str, name: str, email: str, by: User, **post: Any
) -> Appointment | Elevation:
    """`appoint` for the account of this user name, made where there is none. Raises NotGrantable."""
    return appoint(user=appointing.staff_account(username=username, name=name, email=email), by=by, **post)


def ask_for_administration(user: User, *, reason: str, by: User) -> Elevation:
    """Raises NotGrantable, ReasonNeeded."""
    check_may_decide(by)
    if by.is_oneself(user.pk):
        raise NotGrantable(_("不能给自己任职，请由另一位系统管理员办理。"), "not_oneself")
    check_may_administer(user)
    return _ask(user, by, reason=check_reason(reason))


@transaction.atomic
def _ask(user: User, by: User, **values: object) -> Elevation:
    check_active(user)
    try:
        with transaction.atomic():
            asked = Elevation.objects.create(user=user, asked_by=by, **values)
    except IntegrityError as error:
        raise NotGrantable(_("这项任命已经提请，正等第二人确认。"), "asked_already") from error
    record([asked], event=ElevationEvent, by=by)
    # Until the second person has decided, no code sets a password or an address; links asked for are void.
    sessions.end_all([user])
    messages.tell_asked(asked, deciders(asked))
    return asked


@transaction.atomic
def confirm(asked: Elevation, *, by: User | None) -> Elevation:
    """The second person agrees: the post is held from its day on.

    `by` is nobody where the machine's operator confirms for want of anybody else (`confirm_appointment`).
    Raises AlreadyDecided, NotGrantable.
    """
    check_second(asked, by)
    check_still_stands(asked)
    _decide(asked, State.CONFIRMED, by)
    if asked.organization is None:
        make_administrator(asked.user)
    else:
        appointing.put(
            user=asked.user, organization=asked.organization, role=asked.role,
            starts_on=asked.starts_on, ends_on=asked.ends_on, by=asked.asked_by,
        )  # fmt: skip
    messages.tell_confirmed(asked, deciders(asked))
    return asked


@transaction.atomic
def refuse(asked: Elevation, *, reason: str, by: User) -> Elevation:
    """Raises AlreadyDecided, NotGrantable, ReasonNeeded."""
    check_second(asked, by)
    _decide(asked, State.REFUSED, by, note=check_reason(reason))
    messages.tell_refused(asked, reason)
    return asked


@transaction.atomic
def withdraw(asked: Elevation, *, by: User) -> Elevation:
    """Whoever asked takes it back. Raises AlreadyDecided, NotGrantable."""
    if by.pk != asked.asked_by_id:
        raise NotGrantable(_("只有提请人可以撤回。"), "not_the_asker")
    _decide(asked, State.WITHDRAWN, by)
    return asked


def _decide(asked: Elevation, state: str, by: User | None, note: str = "") -> None:
    move(
        asked, state, allowed=State.OPEN, event=ElevationEvent, by=by, note=note, refusal=_decided_before,
        decided_by=by,
    )  # fmt: skip


def _decided_before() -> AlreadyDecided:
    return AlreadyDecided(_("这项任命已经办理，请刷新页面查看。"))


# --- Who may ------------------------------------------------------------------------------------


def check_active(user: User) -> None:
    """Who is locked out gets nothing that one tick would then bring. Raises NotGrantable."""
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise NotGrantable(_("%(user)s的账号已停用，请先启用再任命。") % {"user": user}, "inactive")


def check_still_stands(asked: Elevation) -> None:
    """What was so when it was asked for may have changed since. Raises NotGrantable."""
    if not may_decide().filter(pk=asked.asked_by_id).exists():
        raise NotGrantable(_("提请人已不再是市级工作人员或系统管理员，请重新提请。"), "asker_left")
    if asked.asked_by.is_oneself(asked.user_id):
        raise NotGrantable(
            _("提请人与%(user)s是同一人，请由别人重新提请。") % {"user": asked.user}, "not_oneself"
        )
    check_active(asked.user)


def may_decide() -> QuerySet[User]:
    """Active system administrators, and who acts in the city's department today."""
    city = Organization.objects.filter(kind=Organization.Kind.CITY)
    acting = desks.acting(city).values("user")
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=acting), is_active=True)


def deciders(asked: Elevation) -> QuerySet[User]:
    """Who could be the second person: neither who asked nor whom it is about."""
    return may_decide().exclude(pk__in=asked.asked_by.own_accounts | asked.user.own_accounts)


def check_may_decide(by: User) -> None:
    if not may_decide().filter(pk=by.pk).exists():
        raise NotGrantable(_("只有市级工作人员和系统管理员可以办理。"))


def check_second(asked: Elevation, by: User | None) -> None:
    """Raises NotGrantable for whoever asked, for whom it is about, and for everybody without the power."""
    if by is None:
        if deciders(asked).exists():
            raise NotGrantable(_("有第二人可以确认，请由他们在门户里办理。"), "others_could")
    elif by.is_oneself(asked.asked_by_id) or by.is_oneself(asked.user_id):
        raise NotGrantable(_("须由提请人和本人以外的另一人确认。"), "second_person")
    else:
        check_may_decide(by)


# --- System administration ----------------------------------------------------------------------


def check_may_administer(user: User) -> None:
    """An administrator keeps accounts and sees no flags: neither who has a desk, nor who collects flags with
    this account (DOMAIN 3). Raises NotGrantable."""
    if user.is_superuser:
        raise NotGrantable(_("%(user)s已是系统管理员。") % {"user": user})
    if Appointment.objects.not_over().filter(user__in=user.own_accounts).exists():
        raise NotGrantable(_("%(user)s还有任职。系统管理员不能任职，请先终止任职。") % {"user": user})
    if Member.objects.filter(user=user).exists():
        raise NotGrantable(
            _("%(user)s的账号是名册上党员本人的。系统管理员请另设账号。") % {"user": user}, "has_entry"
        )


def make_administrator(user: User) -> None:
    check_may_administer(user)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    second_factor.begin_grace(user)
    if not user.has_post_ahead:
        holding.begin_as_staff(user)
    appointing.open_account(user)


@transaction.atomic
def end_administration(user: User, *, by: User) -> User:
    """One administrator ends another's rights at once; the last one stays. Raises NotGrantable."""
    check_may_decide(by)
    if by.is_oneself(user.pk):
        raise NotGrantable(_("不能终止自己，请由另一位系统管理员办理。"), "not_oneself")
    if not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise NotGrantable(_("这是最后一位系统管理员。请先任命另一位。"), "last_one")
    if not User.objects.filter(pk=user.pk, is_superuser=True).update(is_superuser=False):
        raise NotGrantable(_("%(user)s不是系统管理员。") % {"user": user})
    sessions.end_all([user])
    messages.tell_ended_administration(user, by, may_decide())
    return user
