"""Logging in: staff by name and password, members by mobile and code; nobody signs up here."""

import logging
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from members import entrance
from members.accounts import addresses, holding, messages, sessions
from members.accounts.guessing import Guess, forgive, remember
from members.methods import CODE, PASSWORD, is_staff_session
from members.models import User
from notices.channels import letters
from notices.channels.sms import SmsError, send_sms
from xianfeng.lib import crypto
from xianfeng.lib.limits import TooOften
from xianfeng.lib.mobile import MobileField, is_mobile, normalized

log = logging.getLogger(__name__)

MEMBER_SESSION = 30 * 24 * 3600  # seconds


class SecretsAdapter(DefaultMFAAdapter):
    """What an authenticator and its recovery codes are made from lies encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises DecryptionError."""
        return crypto.decrypt(encrypted_text)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Members stay logged in on their own phone; staff sessions end with the browser (settings)."""
        super().login(request, user)
        if not is_staff_session(request.session):
            request.session.set_expiry(MEMBER_SESSION)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Raises ValidationError after too many wrong passwords (`guessing`)."""
        try:
            guess = Guess.begin(request, credentials)
        except TooOften as refusal:
            raise ValidationError(str(refusal), code="too_many_login_attempts") from refusal
        if user := super().authenticate(request, **credentials):
            guess.was_right()
        return user

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **how: Any) -> HttpResponse:
        response = super().post_login(request, user, **how)
        is_staff = is_staff_session(request.session)
        entrance.remember(response, PASSWORD if is_staff else CODE)
        if is_staff:
            remember(request, response, cast(User, user))
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links that open something; everything else goes by the outbox. Raises NotPosted."""
        site = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        message = self.render_mail(template_prefix, email, site | context)
        letters.post(cast(EmailMultiAlternatives, message))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Where allauth says that a credential changed. Its owner is told, and other sessions end.

        With a password they do by themselves: each session carries a hash of it.
        """
        owner = cast(User, user)
        if template_prefix == "account/email/password_reset":
            addresses.confirm_by_password_link(owner)
            forgive(owner)
        if template_prefix.startswith("mfa/"):
            sessions.end_all([owner])
            sessions.go_on(self.request)
        messages.tell(messages.BY_ALLAUTH[template_prefix], owner)

    def phone_form_field(self, **kwargs: Any) -> MobileField:
        return MobileField(**kwargs)

    def get_user_by_phone(self, phone: str) -> User | None:
        """The account a code may open: a member's. It opens no desk, that needs the staff log-in."""
        mobile = normalized(phone)
        if not is_mobile(mobile):
            return None
        user = holding.account_of(mobile)
        return user if user and user.is_active and holding.opens_by_code(user) else None

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.mobile, True) if user.mobile else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        raise NotImplementedError("A mobile is set by whoever has proven it.")

    def set_phone_verified(self, user: User, phone: str) -> None:
        """The code came back: the account is opened by this mobile from now on."""
        if user.mobile != phone:
            with transaction.atomic():
                holding.take_number(user, normalized(phone))
                holding.forget_credentials(user)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        text = _("【先锋微家】登录验证码 %(code)s，5 分钟内有效。请勿告诉他人。") % {"code": code}
        try:
            send_sms(phone, text)
        except SmsError:  # the page says what to do without a code, the same to whoever has no account
            log.exception("A log-in code was not sent.")
