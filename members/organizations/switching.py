"""Accounts as system administrators keep them, where one holds what it takes two people to give.

A tick switches an account off, at once and by one person; what two people gave does not come back by a tick.
"""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from members.accounts import keeping
from members.models import Appointment, Organization, OrganizationEvent, User
from members.organizations import elevating, messages, tree
from members.organizations.rules import NotGrantable
from xianfeng.lib.times import today


@transaction.atomic
def change(user: User, *, username: str, name: str, email: str, is_active: bool, by: User) -> User:
    """As `keeping.change`; an account that is switched off holds no city post and no administration any more.

    What it holds elsewhere stays, so that a lock in an emergency is undone as quickly. One that is switched
    on holds neither, for it may have been off since before this was so.
    Raises NotYours, NotPossible; NotGrantable for the last one beside `by` who could decide.
    """
    is_switched = User.objects.filter(pk=user.pk).exclude(is_active=is_active).exists()
    if is_switched:
        check_others_decide(user, by)
    changed = keeping.change(user, username=username, name=name, email=email, is_active=is_active, by=by)
    if is_switched and (ended := end_what_two_gave(changed, by=by)):
        messages.tell_switched(changed, ended, by, elevating.may_decide())
    return changed


def check_others_decide(user: User, by: User) -> None:
    """Whoever decides is never left alone by their own act: nobody would be there to say no.

    The rows are held, so that two who switch each other off do it one after the other.
    """
    deciders = elevating.may_decide().order_by("pk").select_for_update()
    held = set(deciders.values_list("pk", flat=True))
    elevating.check_may_decide(by)
    if user.pk in held and not held - {user.pk} - by.own_accounts:
        raise NotGrantable(
            _("除您以外只有%(user)s能确认市级任命。请先任命另一位，再停用。") % {"user": user}, "last_one"
        )


def end_what_two_gave(user: User, *, by: User) -> list[str]:
    """End the city's posts, running or to come, and administration. Returns them in words."""
    posts = user.appointments.not_over().filter(organization__kind=Organization.Kind.CITY)
    ended = [end_post(post, by=by) for post in posts.select_related("organization", "user")]
    if User.objects.filter(pk=user.pk, is_superuser=True).update(is_superuser=False):
        user.is_superuser = False
        ended.append(_("系统管理员"))
    return ended


def end_post(post: Appointment, *, by: User) -> str:
    """Today is no longer part of it, and one to come never begins."""
    last_day = today() - dt.timedelta(days=1)
    starts_on = min(post.starts_on, last_day)
    Appointment.objects.filter(pk=post.pk).update(starts_on=starts_on, ends_on=last_day)
    note = f"{post.user} · {post.get_role_display()}"
    tree.leave_event(post.organization, OrganizationEvent.Kind.ENDED, by, note)
    return str(post)
