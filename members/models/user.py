"""One account a person; a member on the roster has none until they register."""

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import NumberField
from xianfeng.lib.mobile import validate_mobile

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
    """An account. Staff log in by name and password, members by mobile and code."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    mobile = NumberField(_("手机号"), null=True, blank=True, unique=True, validators=[validate_mobile])

    # Shared by the accounts of one person (`members/persons`); most people have one, and none of these.
    person = models.UUIDField(null=True, blank=True, editable=False, db_index=True)

    # Chosen in the organisation switcher; set by DeskMiddleware for one request.
    active_desk_id: int | None = None
    # Set by DeskMiddleware too: a code opened this session, so it sees the member's pages and no desk.
    is_by_code = False

    objects: ClassVar[UserManager["User"]] = Accounts()

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def get_session_auth_hash(self) -> str:
        """Sessions end with what opened them: a new mobile ends all, as a new password does."""
        return self._with_mobile(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._with_mobile, super().get_session_auth_fallback_hash())

    def _with_mobile(self, keyed: str) -> str:
        return sha256(f"{keyed}:{self.mobile or ''}".encode()).hexdigest()

    @cached_property
    def desks(self) -> list["Appointment"]:
        """Current appointments, read once a request (a fresh user object is loaded for each).

        A system administrator acts under none: accounts are kept by who sees no flags (DOMAIN 3).
        """
        if self.is_by_code or self.is_superuser:
            return []
        return list(self.appointments.current().select_related("organization"))

    @cached_property
    def desk(self) -> "Appointment | None":
        """The appointment the user acts under now: the chosen one, else the first."""
        chosen = [desk for desk in self.desks if desk.pk == self.active_desk_id]
        return next(iter(chosen or self.desks), None)

    @property
    def has_post(self) -> bool:
        """Whether an appointment runs today, in whatever session; who never had one costs no query."""
        return self.is_staff and not self.is_superuser and self.appointments.current().exists()

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
