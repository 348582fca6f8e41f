"""The link by which an account's owner sets the first password, or another."""

from allauth.account.internal.flows.password_reset import request_password_reset
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from members.accounts.addresses import LinkToken
from members.accounts.keeping import was_opened
from members.models import User


def invite(request: HttpRequest, user: User) -> bool:
    """It goes to the person, never to who appointed them or keeps the account.

    Returns whether there is an address for it.
    """
    address = address_for(user)
    if not address or not user.is_active:
        return False
    request_password_reset(request, address, [user], LinkToken())
    return True


def address_for(user: User) -> str:
    """A confirmed one, or what was written down for an account that nobody has opened yet.

    One in use is never opened by a link to an address that its owner did not confirm.
    """
    return user.email or ("" if was_opened(user) else user.unconfirmed_email)


def invite_appointed(request: HttpRequest, user: User) -> None:
    """Whoever has no password yet gets the link; who appointed them reads where none can go."""
    if user.has_usable_password() or invite(request, user):
        return
    messages.warning(
        request,
        _(
            "%(name)s的账号没有本人确认过的邮箱，设置密码的链接没有发出。请换一个用户名任命（另开办公账号）；"
            "或先终止任职，等本人用手机登录、在“我的”里确认邮箱后再任命。"
        )
        % {"name": user},
    )
