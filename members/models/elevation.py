"""What no one person grants alone: a post in the city's department, and system administration."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.kinds import Role
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .organization import Organization

if TYPE_CHECKING:
    from .user import User


class ElevationQuerySet(models.QuerySet["Elevation"]):
    def visible_to(self, user: "User") -> "ElevationQuerySet":
        """Who keeps posts: the city's desks, and system administrators, whose list is the admin's."""
        desk = user.desk
        return self if desk and desk.can("appointments.grant") else self.none()

    def open(self) -> "ElevationQuerySet":
        return self.filter(state__in=Elevation.State.OPEN)

    def for_a_second(self, user: "User") -> "ElevationQuerySet":
        """Those that wait for somebody like this: not asked for by the user, and not about them."""
        return self.open().exclude(asked_by=user).exclude(user=user)


class Elevation(models.Model):
    """One such grant, asked for by one person and decided by another."""

    class State(States):
        ASKED = "asked", "warning", _("待第二人确认")
        CONFIRMED = "confirmed", "success", _("已生效")
        REFUSED = "refused", "danger", _("未同意")
        WITHDRAWN = "withdrawn", "neutral", _("已撤回")

        OPEN = states(ASKED)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="elevations", verbose_name=_("人员")
    )
    # The city, with a role there; without one it is system administration.
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="+", verbose_name=_("组织")
    )
    role = models.CharField(_("角色"), max_length=10, choices=Role, blank=True)
    starts_on = models.DateField(_("任期起"), null=True)
    ends_on = models.DateField(_("任期止"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提请人")
    )
    asked_at = models.DateTimeField(_("提请时间"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("第二人")
    )

    objects = ElevationQuerySet.as_manager()
    is_open = StateIn(State.OPEN)

    class Meta:
        verbose_name = _("须第二人确认的任命")
        verbose_name_plural = _("须第二人确认的任命")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(state="asked", organization__isnull=False),
                name="elevation_to_a_post_asked_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state="asked", organization=None),
                name="elevation_to_administration_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(organization=None, role="") | (Q(organization__isnull=False) & ~Q(role="")),
                name="elevation_is_to_a_post_or_to_administration",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.post}"

    @property
    def post(self) -> str:
        """What it leads to, in words."""
        if self.organization is None:
            return str(_("系统管理员"))
        return f"{self.organization} {self.get_role_display()}"

    @property
    def is_to_administration(self) -> bool:
        return self.organization_id is None


class ElevationEvent(StateEvent):
    """Append-only history of such a grant."""

    elevation = models.ForeignKey(Elevation, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("任命经过")
        verbose_name_plural = _("任命经过")
