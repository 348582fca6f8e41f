"""Granting and ending appointments; every right follows from them (DOMAIN 3)."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from members import desks
from members.accounts import holding, second_factor, sessions
from members.accounts.inviting import address_for
from members.models import Appointment, Organization, OrganizationEvent, User
from members.organizations import tree
from members.organizations.rules import NotGrantable
from xianfeng.lib.refusal import AlreadyDecided, NotPossible
from xianfeng.lib.times import today


def check_grantable(user: User, organization: Organization, by: User) -> None:
    """Nobody appoints themself, and the city appoints inside its own branch. Raises NotGrantable."""
    if by.is_oneself(user.pk):
        raise NotGrantable(_("不能给自己任职，请由同事办理。"), "not_oneself")
    if not organization.is_active:
        raise NotGrantable(_("“%(name)s”已停用，不能任职。") % {"name": organization})
    desk = by.desk
    allowed = desk is not None and desk.can("appointments.grant") and desk.organization.contains(organization)
    if not (by.is_superuser or allowed):
        raise NotGrantable(_("您当前的任职不能在“%(name)s”任命人员。") % {"name": organization})


def needs_second(organization: Organization, by: User) -> bool:
    """For the city's posts, and for any that a system administrator gives: with an account of their own
    making they would else sit at a desk (DOMAIN 3: no flags and no awards)."""
    return organization.kind == Organization.Kind.CITY or by.is_superuser


def check_term(
    user: User,
    organization: Organization,
    role: str,
    *,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> None:
    """Raises NotGrantable where the term ends before it begins, or the post is held already."""
    first = starts_on or today()
    if ends_on and ends_on < first:
        raise NotGrantable(_("任期止不能早于任期起。"))
    if user.appointments.current(first).filter(organization=organization, role=role).exists():
        raise NotGrantable(_("%(user)s 已担任这个职务。") % {"user": user})


@transaction.atomic
def grant(
    *,
    user: User,
    organization: Organization,
    role: str,
    by: User,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Appointment:
    """Appoint a user for a term, both days included; the city's: `elevating`. Raises NotGrantable."""
    check_grantable(user, organization, by)
    if needs_second(organization, by):
        raise NotGrantable(_("这项任职须第二人确认，请先提请任命。"), "second_person")
    return put(user=user, organization=organization, role=role, by=by, starts_on=starts_on, ends_on=ends_on)


@transaction.atomic
def put(
    *,
    user: User,
    organization: Organization,
    role: str,
    by: User,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Appointment:
    """Write down what was allowed. Raises NotGrantable."""
    if not User.objects.select_for_update().get(pk=user.pk).is_active:  # two grants of the same post at once
        raise NotGrantable(_("%(user)s的账号已停用，不能任职。请先由系统管理员启用。") % {"user": user})
    if User.objects.filter(pk__in=user.own_accounts, is_superuser=True).exists():
        raise NotGrantable(_("%(user)s是系统管理员，不能任职。请另设账号的人员。") % {"user": user})
    check_term(user, organization, role, starts_on=starts_on, ends_on=ends_on)
    before, was_ahead = lately_held(user), user.has_post_ahead
    appointment = Appointment.objects.create(
        user=user,
        organization=organization,
        role=role,
        starts_on=starts_on or today(),
        ends_on=ends_on,
        granted_by=by,
    )
    asks = appointment.asks_second_factor and not any(post.asks_second_factor for post in before)
    if asks or not before:
        second_factor.begin_grace(user, starts_on)
    if not was_ahead:
        holding.begin_as_staff(user)
    open_account(user)
    note = f"{user} · {appointment.get_role_display()}"
    tree.leave_event(organization, OrganizationEvent.Kind.GRANTED, by, note)
    return appointment


def lately_held(user: User) -> list[Appointment]:
    """Posts that run, or ran some days ago: one ended and given anew brings no new days to do without."""
    since = today() - dt.timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
    held = user.appointments.filter(starts_on__lte=today()).exclude(ends_on__lt=since)
    return list(held.select_related("organization"))


def open_account(user: User) -> None:
    """Mark the account as staff's. Its sessions end: none that was there before becomes a desk.

    A member's on their own phone as well, though a code opens no desk: one rule for all is understood, and
    whoever is told of an unknown log-in reads that nobody is logged in any more.
    """
    User.objects.filter(pk=user.pk).update(is_staff=True)
    sessions.end_all([user])


@transaction.atomic
def end(appointment: Appointment, *, by: User, on: dt.date | None = None) -> Appointment:
    """End a term so that today is no longer part of it. Raises AlreadyDecided, or NotGrantable."""
    check_grantable(appointment.user, appointment.organization, by)
    last_day = on or today() - dt.timedelta(days=1)
    rows = Appointment.objects.not_over().filter(pk=appointment.pk)  # one to come is taken back as well
    starts_on = min(appointment.starts_on, last_day)
    if rows.update(starts_on=starts_on, ends_on=last_day) != 1:
        raise AlreadyDecided(_("这个任职已经结束了。"))
    note = f"{appointment.user} · {appointment.get_role_display()}"
    tree.leave_event(appointment.organization, OrganizationEvent.Kind.ENDED, by, note)
    sessions.end_all([appointment.user])
    appointment.ends_on = last_day
    return appointment


@transaction.atomic
def end_beside_others(appointment: Appointment, *, by: User) -> Appointment:
    """As `end`, where no question is asked: somebody else must act there. Raises NotPossible besides."""
    if desks.is_last(appointment):
        raise NotPossible(
            _("%(organization)s没有别人办事了。请先任命接任的人；门户“任命”里可以看到未办的事，并一步交接。")
            % {"organization": appointment.organization},
            "last_one",
        )
    return end(appointment, by=by)


@dataclass(frozen=True)
class Successor:
    """Who takes a post over: an account by its user name, made where there is none."""

    username: str
    name: str
    email: str


@transaction.atomic
def hand_over(appointment: Appointment, successor: Successor, *, by: User) -> Appointment:
    """The successor takes the post over from today; what is open there waits at no empty desk.

    Raises AlreadyDecided, or NotGrantable.
    """
    if appointment.organization.kind == Organization.Kind.CITY:
        raise NotGrantable(
            _("市级任职须第二人确认：请先提请任命接任的同志，生效后再终止这一项。"), "second_person"
        )
    user = staff_account(username=successor.username, name=successor.name, email=successor.email)
    if user.pk == appointment.user_id:
        raise NotGrantable(_("接任的不能是离任的本人，请填另一位同志。"), "same_person")
    granted = grant(user=user, organization=appointment.organization, role=appointment.role, by=by)
    end(appointment, by=by)
    return granted


def staff_account(*, username: str, name: str, email: str) -> User:
    """The account of this user name, or a new one without a password (its owner sets it by e-mail).

    Raises NotGrantable where the name or the address is another's: whoever appoints knows both from the
    person, and an account that somebody else prepared, or that lay in other hands, has its own.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name, unconfirmed_email=email)
        user.set_unusable_password()
        user.save()
    elif user.name != name:
        raise NotGrantable(_("用户名 %(username)s 已属于另一人，请换一个。") % {"username": username})
    elif not (user.has_post_ahead or address_for(user).casefold() == email.casefold()):
        raise NotGrantable(
            _(
                "用户名 %(username)s 的账号不是用这个邮箱确认的，或还没有确认过邮箱。"
                "请与本人核对；也可以换一个用户名，另开办公账号。"
            )
            % {"username": username},
            "another_address",
        )
    return user
