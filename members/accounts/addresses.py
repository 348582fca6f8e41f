"""E-mail addresses: one serves once its owner has opened a link that was sent to it, and not before.

`User.email` holds what was confirmed; notices and the recovery of a password ask nothing else. An address
that somebody wrote down waits in `User.unconfirmed_email`, and is sent nothing but the link that confirms it:
for an account that nobody has opened yet, that is the one by which its owner sets the first password.
"""

import datetime as dt
from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from members.accounts import messages
from members.models import User
from xianfeng.lib.limits import Limit
from xianfeng.lib.refusal import Refusal

SALT = "members.accounts.addresses"
VALID_FOR = dt.timedelta(days=3)
PER_ACCOUNT_DAY = Limit("address-account-day", times=10, seconds=24 * 3600)


class SameAddress(Refusal):
    code, field = "same_address", "email"


class AddressTaken(Refusal):
    code, field = "address_taken", "email"


class LinkVoid(Refusal):
    code = "link_void"


class LinkToken(PasswordResetTokenGenerator):
    """Of the link that sets a password: void once the account's address, confirmed or not, is another."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.unconfirmed_email}"


def ask(user: User, email: str) -> User:
    """The owner names another address; the present one serves until that is confirmed.

    Raises SameAddress, TooOften. That somebody else has it is said to who can read its mail, nobody else.
    """
    if email.casefold() == user.email.casefold():
        raise SameAddress(_("这就是现在的邮箱，不用更换。"))
    PER_ACCOUNT_DAY.take(str(user.pk))
    User.objects.filter(pk=user.pk).update(unconfirmed_email=email)
    user.unconfirmed_email = email
    return user


def send_link(request: HttpRequest, user: User) -> None:
    """The only mail that goes to an address that is not confirmed. Raises NotPosted."""
    link = reverse("members:confirm_email", args=[token_of(user)])
    context = {"user": user, "url": request.build_absolute_uri(link), "days": VALID_FOR.days}
    get_adapter(request).send_mail("emails/confirm_email", user.unconfirmed_email, context)


def token_of(user: User) -> str:
    """Void with the password, and with whatever else ends the sessions: a thief may have asked for it."""
    return signing.dumps([user.pk, user.unconfirmed_email, user.get_session_auth_hash()[:32]], salt=SALT)


def asked_by(token: str) -> User:
    """Whose link it is. Raises LinkVoid for one that is forged, too old, used or overtaken by another."""
    try:
        pk, email, stood = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError):
        pk, email, stood = 0, "", ""
    user = User.objects.filter(pk=pk, is_active=True, unconfirmed_email=email).exclude(unconfirmed_email="")
    found = user.first()
    if found and constant_time_compare(found.get_session_auth_hash()[:32], stood):
        return found
    raise LinkVoid(_("这个链接已失效：用过了、过了 3 天，或之后又换了邮箱。请登录后在“邮箱”里重新发送。"))


@transaction.atomic
def confirm(user: User) -> User:
    """The address that waits is the account's from now on; sessions end, the former address is told.

    Raises LinkVoid where another was named meanwhile, AddressTaken where it is somebody else's.
    """
    former, email = user.email, user.unconfirmed_email
    waiting = User.objects.filter(pk=user.pk, unconfirmed_email=email).exclude(unconfirmed_email="")
    try:
        with transaction.atomic():
            written = waiting.update(email=email, unconfirmed_email="", rights_since=timezone.now())
    except IntegrityError as error:
        raise AddressTaken(_("这个邮箱已是另一个账号的邮箱，请换一个。")) from error
    if written != 1:
        raise LinkVoid(_("之后又换了邮箱，请用最近一封邮件里的链接。"))
    user.refresh_from_db(fields=["email", "unconfirmed_email", "rights_since"])
    messages.tell_email_changed(user, former)
    return user


def confirm_by_password_link(user: User) -> None:
    """The password of an account without an address was set by a link: it went to the one that waits."""
    if user.email or not user.unconfirmed_email:
        return
    email = user.unconfirmed_email
    with suppress(IntegrityError), transaction.atomic():  # somebody else may have confirmed it as theirs
        User.objects.filter(pk=user.pk).update(email=email, unconfirmed_email="")
        user.email, user.unconfirmed_email = email, ""
