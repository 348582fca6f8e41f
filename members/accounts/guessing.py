"""Wrong passwords: whoever guesses is slowed down, and locks out nobody but themself.

Failures count for an account from one network address: from elsewhere its owner logs in as ever. Against
guessing from many addresses, an account takes only so many a day from browsers it does not know. One in
which its present password was right before is known, and counts for itself alone; the link by which an owner
sets a password begins the day's count anew.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from members.accounts import holding
from members.models import User
from xianfeng.lib.limits import Limit
from xianfeng.lib.mobile import is_mobile, normalized
from xianfeng.lib.web.network import network_address


class OfTheDay(Limit):
    def message(self) -> str:
        return _("这个账号今天输错密码的次数太多。请在以前登录过的浏览器登录，或用“忘记密码”重设后再登录。")


PER_ADDRESS = Limit("guesses-address", times=30, seconds=300)  # a whole office types from one
PER_ADDRESS_AND_ACCOUNT = Limit("guesses-address-account", times=5, seconds=300)
PER_ACCOUNT_DAY = OfTheDay("guesses-account-day", times=100, seconds=24 * 3600)
PER_DEVICE = Limit("guesses-device", times=10, seconds=300)

COOKIE, SALT = f"{settings.COOKIE_PREFIX}known", "members.accounts.guessing"
REMEMBERED_FOR = 180 * 24 * 3600  # seconds
MOST_ACCOUNTS = 8  # of one browser: a shared desk in an office


@dataclass(frozen=True)
class Guess:
    """One try of a password, counted before it is looked at, so that parallel ones cannot share a count."""

    counted: tuple[tuple[Limit, str], ...]

    @classmethod
    def begin(cls, request: HttpRequest, credentials: dict[str, Any]) -> "Guess":
        """Raises TooOften; what was counted until then stays counted."""
        name = typed(credentials)
        user = meant(name)
        address, device = network_address(request), device_of(request, user)
        account = _account(user) if user else name
        if device:
            guess = cls(((PER_DEVICE, f"{device} {account}"),))
        else:
            pair = f"{address} {account}"
            guess = cls(((PER_ADDRESS, address), (PER_ADDRESS_AND_ACCOUNT, pair), (PER_ACCOUNT_DAY, account)))
        for limit, subject in guess.counted:
            limit.take(subject)
        return guess

    def was_right(self) -> None:
        for limit, subject in self.counted:
            limit.give_back(subject)


def forgive(user: User) -> None:
    """Its owner came by a link to the confirmed address: what others guessed today keeps nobody out."""
    PER_ACCOUNT_DAY.forget(_account(user))


def typed(credentials: dict[str, Any]) -> str:
    """The account that somebody wants to open, as they named it."""
    names = ("username", "phone", "email")
    return next((str(credentials[name]).casefold() for name in names if credentials.get(name)), "")


def meant(name: str) -> User | None:
    """One account has one count, by whichever name, and however its mobile is written."""
    mobile = normalized(name)
    by_mobile = holding.account_of(mobile) if is_mobile(mobile) else None
    return by_mobile or User.objects.filter(username__iexact=name).order_by("pk").first()


def _account(user: User) -> str:
    return f"#{user.pk}"


# --- Known browsers -----------------------------------------------------------------------------


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """The password was right in this browser: it is known for this account from now on."""
    device, accounts = _known(request)
    own = _mark(user)
    kept = [own, *(mark for mark in accounts if mark != own)][:MOST_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps([device or secrets.token_hex(8), kept], salt=SALT),
        max_age=REMEMBERED_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, user: User | None) -> str:
    """Which browser this is, if it is known for the account; else nothing."""
    device, accounts = _known(request)
    return device if user and _mark(user) in accounts else ""


def _known(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=REMEMBERED_FOR)
    except (signing.BadSignature, ValueError):
        return "", []
    return device, accounts


def _mark(user: User) -> str:
    """Names no account to who reads the cookie, and is another one with the next password."""
    return salted_hmac(SALT, f"{user.pk} {user.password}", algorithm="sha256").hexdigest()[:16]
