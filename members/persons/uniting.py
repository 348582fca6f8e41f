"""Saying that accounts are one person's. Nothing is merged: each keeps its log-in and its rights.

From then on nobody decides under one account what concerns the other, and what asks for a second person
asks for another one than both (DOMAIN 3).
"""

import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.models import Appointment, Member, PersonCheck, User
from members.organizations import elevating
from members.persons import messages
from xianfeng.lib.refusal import NotPossible


@transaction.atomic
def unite(user: User, other: Member | User, *, by: User) -> PersonCheck:
    """The account and the entry, or the two accounts, are one person's.

    Raises NotPossible for one account twice, and where an administrator's would join one with a post.
    """
    if user == other:
        raise NotPossible(_("这是同一个账号。"), "same_account")
    entry = other if isinstance(other, Member) else None
    accounts = {user.pk, (entry.user_id or 0) if entry else other.pk}
    users = User.objects.filter(pk__in=accounts)
    entries = Member.objects.filter(Q(pk=entry.pk if entry else 0) | Q(user__in=accounts))
    groups = {mark for rows in (users, entries) for mark in rows.values_list("person", flat=True) if mark}
    together = User.objects.filter(Q(pk__in=accounts) | Q(person__in=groups))
    check_no_administrator_with_a_post(together)
    mark(groups, accounts, set(entries.values_list("pk", flat=True)))
    check = said(user, other, is_same=True, by=by)
    messages.tell(check, messages.UNITED)
    return check


def mark(groups: set[uuid.UUID], accounts: set[int], entries: set[int]) -> None:
    """One mark for all of them, and for everybody who had one of these marks."""
    person = min(groups, default=None) or uuid.uuid4()
    User.objects.filter(Q(pk__in=accounts) | Q(person__in=groups)).update(person=person)
    Member.objects.filter(Q(pk__in=entries) | Q(person__in=groups)).update(person=person)


def keep_together(*entry_ids: int, accounts: Collection[int] = ()) -> None:
    """Entries of one person and their accounts, got just now or given up, bear the same mark, if any.

    An administrator and a post may meet in it: who registers, or is on the roster twice, waits for no
    answer to that. The person acts under no desk (`User.posts`) until somebody has ended one of the two.
    """
    entries = Member.objects.filter(pk__in=entry_ids)
    own = {*accounts, *entries.filter(user__isnull=False).values_list("user", flat=True)}
    users = User.objects.filter(pk__in=own)
    groups = {one for rows in (entries, users) for one in rows.values_list("person", flat=True) if one}
    if groups:
        mark(groups, own, set(entry_ids))
        tell_of_administrator_with_a_post(min(groups))


def keep_apart(user: User, other: Member | User, *, by: User) -> PersonCheck:
    """Two people of one name. Raises NotPossible where they stand as one."""
    if by.is_oneself(user.pk) or by.is_same_person(other):
        raise NotPossible(_("是不是您本人，请由同事核对。"), "not_oneself")
    if user.is_same_person(other):
        raise NotPossible(_("已记为同一人。如有错误，请联系系统管理员。"), "same_person")
    return said(user, other, is_same=False, by=by)


@transaction.atomic
def part(user: User, *, by: User) -> User:
    """It was a mistake: this account, with its own entry, is a person by itself again. Raises NotPossible.

    What the city may have said is taken back by one administrator: all who decide are told.
    """
    if by.is_oneself(user.pk):
        raise NotPossible(_("自己的账号由另一位系统管理员办理。"), "not_oneself")
    if user.person is None:
        raise NotPossible(_("这个账号没有记为与别的账号同一人。"), "nobody_else")
    others = User.objects.filter(person=user.person).exclude(pk=user.pk)
    entries = Member.objects.filter(person=user.person).exclude(user=user)
    parts: list[User | Member] = [*others, *entries]
    for other in parts:
        check = said(user, other, is_same=False, by=by)
        messages.tell(check, messages.PARTED, besides=elevating.may_decide())
    User.objects.filter(pk=user.pk).update(person=None)
    Member.objects.filter(user=user).update(person=None)
    return user


def said(user: User, other: Member | User, *, is_same: bool, by: User) -> PersonCheck:
    pair = {"member": other} if isinstance(other, Member) else {"other": other}
    return PersonCheck.objects.create(user=user, is_same=is_same, by=by, **pair)


def check_no_administrator_with_a_post(accounts: QuerySet[User]) -> None:
    """Administrators see no flags and award nothing, under no other account either. Raises NotPossible."""
    if administrator_with_a_post(accounts):
        raise NotPossible(
            _("其中一个账号是系统管理员，另一个有任职。系统管理员不能任职，请先终止其中一项。"),
            "administrator_with_a_post",
        )


def administrator_with_a_post(accounts: QuerySet[User]) -> list[User]:
    """The administrators among them and who has a post or will; nobody where only one of the two is there."""
    administrators = list(accounts.filter(is_superuser=True))
    posts = Appointment.objects.not_over().filter(user__in=accounts)
    holders = list(accounts.filter(pk__in=posts.values("user"))) if administrators else []
    return [*administrators, *holders] if holders else []


def tell_of_administrator_with_a_post(person: uuid.UUID) -> None:
    """The city, which has to end one of the two, and the person."""
    if found := administrator_with_a_post(User.objects.filter(person=person)):
        messages.tell_of_both(person, found, elevating.may_decide())
