"""The organisation tree and who holds which post in it."""

import datetime as dt
from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.capabilities import allows, asks_second_factor
from members.kinds import OrganizationKind, Role
from xianfeng.lib import telephones
from xianfeng.lib.ids import new_code
from xianfeng.lib.states import StateIn
from xianfeng.lib.times import today

if TYPE_CHECKING:
    from .user import User


def public_code() -> str:
    """What a printed QR code carries, and people type from the poster: eight characters, about 40 bits.

    Those made before are longer, tell upper from lower case, and stay as they were printed.
    """
    return new_code(8)


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def active(self) -> "OrganizationQuerySet":
        return self.filter(is_active=True)

    def within(self, organization: "Organization") -> "OrganizationQuerySet":
        """The organisation itself and all below it."""
        return self.filter(path__startswith=organization.path)

    def communities(self) -> "OrganizationQuerySet":
        return self.filter(kind=Organization.Kind.COMMUNITY)

    def estates(self) -> "OrganizationQuerySet":
        return self.filter(kind=Organization.Kind.ESTATE)

    def units(self) -> "OrganizationQuerySet":
        return self.filter(kind=Organization.Kind.UNIT)

    def of_public_code(self, text: str) -> "Organization | None":
        """Whose poster bears this code, typed in either case and with blanks.

        Of earlier codes two may differ in case alone: each opens its own, and a third spelling neither.
        """
        code = "".join(text.split())
        alike = list(self.filter(public_code__iexact=code)[:2])
        exact = next((one for one in alike if one.public_code == code), None)
        return exact or (alike[0] if len(alike) == 1 else None)

    def visible_to(self, user: "User") -> "OrganizationQuerySet":
        """What the user's present desk may see: its own branch of the tree."""
        return self.within(user.desk.organization) if user.desk else self.none()


class Organization(models.Model):
    """A node of the one tree; `path` ("/1/4/9/") holds the ids from the root down to itself."""

    Kind: TypeAlias = OrganizationKind  # noqa: UP040  (an alias of `type` has no members)

    code = models.CharField(_("编码"), max_length=20, unique=True)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind)
    name = models.CharField(_("名称"), max_length=80, db_index=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级组织"),
    )
    # Null only between the insert that gives the id and the update that uses it.
    path = models.CharField(_("路径"), max_length=120, unique=True, null=True, editable=False)
    is_active = models.BooleanField(_("启用"), default=True)
    public_code = models.CharField(
        _("二维码编号"), max_length=24, unique=True, default=public_code, editable=False
    )

    # Of the office, for anybody: on posters and pages without an account.
    phone = models.CharField(
        _("联系电话"), max_length=telephones.LONGEST, blank=True, default="", db_default=""
    )

    # Of communities: between which people go on foot, as the city says.
    neighbours = models.ManyToManyField("self", blank=True, verbose_name=_("相邻社区"))

    objects = OrganizationQuerySet.as_manager()
    is_city = StateIn({Kind.CITY}, "kind")
    is_community = StateIn({Kind.COMMUNITY}, "kind")
    is_estate = StateIn({Kind.ESTATE}, "kind")
    is_unit = StateIn({Kind.UNIT}, "kind")

    class Meta:
        verbose_name = _("组织")
        verbose_name_plural = _("组织")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    @property
    def office(self) -> "Organization":
        """Who answers when people here call: itself, or for an estate without a telephone its community."""
        return self if self.phone or not self.is_estate or self.parent is None else self.parent

    @property
    def telephone(self) -> str:
        return self.office.phone

    def contains(self, other: "Organization | None") -> bool:
        """Whether `other` is this organisation or lies below it."""
        return other is not None and bool(other.path) and str(other.path).startswith(str(self.path))

    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to itself, read from the path without a query."""
        return [int(part) for part in str(self.path).strip("/").split("/")]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def not_over(self) -> "AppointmentQuerySet":
        """Those that run, and those to come."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today()))

    def standing(self) -> "AppointmentQuerySet":
        """The same, where the organisation is active: elsewhere a post gives no right."""
        return self.not_over().filter(organization__is_active=True)

    def current(self, on: dt.date | None = None) -> "AppointmentQuerySet":
        """Appointments whose term covers the day, in organisations that are active."""
        day = on or today()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            starts_on__lte=day,
            organization__is_active=True,
        )

    def visible_to(self, user: "User") -> "AppointmentQuerySet":
        if not user.desk:
            return self.none()
        return self.filter(organization__path__startswith=user.desk.organization.path)


class Appointment(models.Model):
    """A user holds a role in an organisation for a term; every right follows from current appointments."""

    Role: TypeAlias = Role  # noqa: UP040

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="appointments",
        verbose_name=_("用户"),
    )
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="appointments",
        verbose_name=_("组织"),
    )
    role = models.CharField(_("角色"), max_length=10, choices=Role)
    starts_on = models.DateField(_("任期起"), default=today)
    ends_on = models.DateField(_("任期止"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("任命人"),
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["organization__path", "role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="appointment_term_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_role_display()}"

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < today()

    @property
    def is_ahead(self) -> bool:
        return self.starts_on > today()

    def can(self, capability: str) -> bool:
        """Whether this desk holds the capability. Raises KeyError for an unknown word."""
        return allows(self.organization.kind, self.role, capability)

    @property
    def asks_second_factor(self) -> bool:
        return asks_second_factor(self.organization.kind, self.role)


class OrganizationEventQuerySet(models.QuerySet["OrganizationEvent"]):
    def visible_to(self, user: "User") -> "OrganizationEventQuerySet":
        if not user.desk:
            return self.none()
        return self.filter(organization__path__startswith=user.desk.organization.path)


class OrganizationEvent(models.Model):
    """Append-only history of an organisation: its names and places in the tree, and who was appointed."""

    class Kind(models.TextChoices):
        ADDED = "added", _("新增")
        RENAMED = "renamed", _("更名")
        MOVED = "moved", _("调整隶属")
        CLOSED = "closed", _("停用")
        OPENED = "opened", _("启用")
        GRANTED = "granted", _("任命")
        ENDED = "ended", _("终止任职")
        PHONED = "phoned", _("更改联系电话")
        BORDERED = "bordered", _("更改相邻社区")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="events", verbose_name=_("组织")
    )
    kind = models.CharField(_("事项"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = OrganizationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("组织变更记录")
        verbose_name_plural = _("组织变更记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.organization}: {self.kind}"
