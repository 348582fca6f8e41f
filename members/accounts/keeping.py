"""Accounts as system administrators keep them. Rights come from posts, passwords from their owners."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.accounts import messages, sessions
from members.models import User
from xianfeng.lib.refusal import NotPossible


class NotYours(NotPossible):
    code = "not_yours"


@transaction.atomic
def add(*, username: str, name: str, email: str, is_active: bool = True, by: User) -> User:
    """An account without a password: its owner sets one by a link, and so confirms the address."""
    user = User(username=username, name=name, unconfirmed_email=email, is_active=is_active)
    user.set_unusable_password()
    user.save()
    return user


@transaction.atomic
def change(user: User, *, username: str, name: str, email: str, is_active: bool, by: User) -> User:
    """Raises NotYours for oneself, and for the address of who is in control of the account already.

    A link to set the password goes to that address: whoever writes it could take the account over. What ends
    when an account is switched off is `organizations.switching`, which pages call.
    """
    kept = User.objects.select_for_update().get(pk=user.pk)
    if kept.pk == by.pk:
        raise NotYours(_("自己的账号请在“账号”里修改，停用由另一位系统管理员办理。"))
    in_use = is_in_use(kept)
    if username != kept.username and in_use:
        raise NotYours(_("这个账号已在使用，用户名不能再改：任命认的是用户名。"))
    if email != (kept.email or kept.unconfirmed_email):
        if in_use:
            raise NotYours(_("这个账号已在使用，邮箱只能由本人修改。"))
        kept.unconfirmed_email = email
    if name != kept.name and in_use:
        messages.tell_renamed(kept, name, by)
    if is_active != kept.is_active:
        sessions.end_all([kept])
    kept.username, kept.name, kept.is_active = username, name, is_active
    try:
        with transaction.atomic():
            kept.save(update_fields=["username", "name", "unconfirmed_email", "is_active"])
    except IntegrityError as error:
        raise NotPossible(_("用户名 %(username)s 已被使用，请换一个。") % {"username": username}) from error
    return kept


def was_opened(user: User) -> bool:
    """Somebody has logged in to it, or could without the link that makes an account its owner's."""
    return bool(user.email or user.mobile or user.last_login or user.has_usable_password())


def is_in_use(user: User) -> bool:
    """It was opened, or it holds rights, or waits for some: whoever writes its address could take them."""
    has_post = user.appointments.not_over().exists()
    return was_opened(user) or user.is_superuser or has_post or user.elevations.open().exists()


def end_sessions(user: User, *, by: User) -> User:
    """Wherever the account is logged in, it is no more: a device was lost, or somebody else may be in."""
    sessions.end_all([user])
    return user
