"""One account a person; a member on the roster has none until they register."""

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import ClassVar

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import NumberField
from xianfeng.lib.mobile import validate_mobile
from xianfeng.lib.times import local_date, today

from .organization import Appointment, Organization
from .people import Member


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Accounts appointed inside the desk's branch; system administrators see every account."""
        if user.is_superuser:
            return self.all()
        if not user.desk:
            return self.filter(pk=user.pk)
        path = user.desk.organization.path
        return self.filter(
            models.Q(pk=user.pk) | models.Q(appointments__organization__path__startswith=path)
        ).distinct()

    def within_reach_of(self, user: "User") -> "UserQuerySet":
        """Accounts of the people whom the desk may look after: its staff and its members."""
        if not user.desk:
            return self.none()
        if user.desk.organization.kind == Organization.Kind.CITY:
            return self.all()
        staff = Appointment.objects.current().visible_to(user).values("user_id")
        members = Member.objects.visible_to(user).values("user_id")
        return self.filter(models.Q(pk__in=staff) | models.Q(pk__in=members.filter(user__isnull=False)))


class Accounts(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    pass


class User(AbstractUser):
    """An account. Staff log in by name and password, members by mobile and code.

    `email` holds an address that its owner has confirmed, and nothing else: whatever is sent or recovered by
    mail asks this column alone. What somebody merely wrote down waits in `unconfirmed_email`.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    mobile = NumberField(_("手机号"), null=True, blank=True, unique=True, validators=[validate_mobile])

    unconfirmed_email = models.EmailField(_("待确认的邮箱"), blank=True, editable=False)
    # When rights or credentials last changed: sessions opened before have ended (`accounts/sessions.py`).
    rights_since = models.DateTimeField(null=True, editable=False)
    # The last day on which the account works without a second factor, where one is asked for.
    second_factor_by = models.DateField(_("两步验证期限"), null=True, editable=False)

    # Shared by the accounts of one person (`members/persons`); most people have one, and none of these.
    person = models.UUIDField(null=True, blank=True, editable=False, db_index=True)

    # Chosen in the organisation switcher; set by DeskMiddleware for one request.
    active_desk_id: int | None = None
    # Set by DeskMiddleware too: a code opened this session, so it sees the member's pages and no desk.
    is_by_code = False
    # And the day this session was opened; nothing outside a session.
    logged_in_on: dt.date | None = None
    _has_factor_beside_posts = False

    objects: ClassVar[UserManager["User"]] = Accounts()

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="confirmed_email_is_one_account_s",
                violation_error_message=_("这个邮箱已是另一个账号的邮箱，请换一个。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def get_session_auth_hash(self) -> str:
        """Sessions end with what opened them: a new mobile or right ends all, as a new password does."""
        return self._with_rights(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._with_rights, super().get_session_auth_fallback_hash())

    def _with_rights(self, keyed: str) -> str:
        since = f":{self.rights_since.timestamp()}" if self.rights_since else ""
        return sha256(f"{keyed}:{self.mobile or ''}{since}".encode()).hexdigest()

    @cached_property
    def posts(self) -> list["Appointment"]:
        """Current appointments, read once a request (a fresh user object is loaded for each).

        A system administrator acts under none: accounts are kept by who sees no flags (DOMAIN 3), under
        another account of the same person neither.
        """
        if self.is_by_code or self.is_superuser or self._is_an_administrator_s:
            return []
        factor = Authenticator.objects.filter(user=models.OuterRef("user"), type=Authenticator.Type.TOTP)
        current = self.appointments.current().select_related("organization")
        posts = list(current.annotate(with_factor=models.Exists(factor)))
        self._has_factor_beside_posts = any(post.with_factor for post in posts)
        return list(posts)

    @property
    def _is_an_administrator_s(self) -> bool:
        """Whether the person keeps accounts under another one; most have no mark, and are not asked about."""
        same = User.objects.filter(person=self.person, is_superuser=True)
        return self.person is not None and same.exists()

    @cached_property
    def desks(self) -> list["Appointment"]:
        """The appointments this session may act under: none that began after it was opened."""
        opened = self.logged_in_on or today()
        return [post for post in self.posts if post.starts_on <= opened]

    @property
    def awaits_log_in(self) -> bool:
        """A post began since the log-in: it is acted under from the next one on."""
        return len(self.posts) > len(self.desks)

    @cached_property
    def desk(self) -> "Appointment | None":
        """The appointment the user acts under now: the chosen one, else the first."""
        chosen = [desk for desk in self.desks if desk.pk == self.active_desk_id]
        return next(iter(chosen or self.desks), None)

    @cached_property
    def second_factor_due(self) -> dt.date | None:
        """The last day without a second factor; None where none is asked for, and for who has one."""
        if self.is_by_code or self._second_factor_asked_from is None or self._has_second_factor():
            return None
        grace = dt.timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
        own = self.second_factor_by or local_date(self.date_joined) + grace
        return max(own, self._second_factor_asked_from + grace)

    @property
    def owes_second_factor(self) -> bool:
        """The day has passed: nothing opens but what sets it up."""
        return self.second_factor_due is not None and self.second_factor_due < today()

    @property
    def _second_factor_asked_from(self) -> dt.date | None:
        """Always, the day on which the rest begins to need one, or never."""
        if self.is_superuser or any(post.asks_second_factor for post in self.posts):
            return dt.date.min
        return settings.SECOND_FACTOR_FOR_ALL_FROM if self.posts else None

    def _has_second_factor(self) -> bool:
        """Read with the posts, in one query; an administrator has none of these."""
        if self.posts:
            return self._has_factor_beside_posts
        return Authenticator.objects.filter(user=self, type=Authenticator.Type.TOTP).exists()

    @property
    def has_post(self) -> bool:
        """Whether an appointment runs today, in whatever session; who never had one costs no query."""
        return self.is_staff and not self.is_superuser and self.appointments.current().exists()

    @property
    def has_post_ahead(self) -> bool:
        """Whether an appointment runs, or will."""
        return self.appointments.not_over().exists()

    @cached_property
    def own_member(self) -> "Member | None":
        """The roster entry this account belongs to, if any."""
        return getattr(self, "member", None)

    @cached_property
    def own_accounts(self) -> frozenset[int]:
        """Accounts of this account's person: itself, and those that are known to be the same person's."""
        if self.person is None:
            return frozenset({self.pk})
        same = User.objects.filter(person=self.person).values_list("pk", flat=True)
        return frozenset({self.pk, *same})

    def is_oneself(self, account_id: int | None) -> bool:
        """Whether an account is the same person's: nobody decides under one what concerns another."""
        return account_id == self.pk or (self.person is not None and account_id in self.own_accounts)

    def is_same_person(self, other: "Member | User") -> bool:
        """Whether a roster entry, or another account, is this account's person."""
        if isinstance(other, User):
            return self.is_oneself(other.pk)
        return self.is_oneself(other.user_id) or (self.person is not None and other.person == self.person)
