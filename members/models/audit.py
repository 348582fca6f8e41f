"""Who looked at whose personal data."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.refusal import LONGEST_REASON

from .organization import Organization
from .people import Member, member_scope
from .registration import Registration

if TYPE_CHECKING:
    from .user import User


class ContactRevealQuerySet(models.QuerySet["ContactReveal"]):
    def visible_to(self, user: "User") -> "ContactRevealQuerySet":
        if not user.desk:
            return self.about(user)
        organization = user.desk.organization
        applications = Registration.objects.visible_to(user)
        return self.filter(
            Q(member__isnull=False) & member_scope(organization, "member__")
            | Q(registration__in=applications)
        )

    def about(self, user: "User") -> "ContactRevealQuerySet":
        """Looks at the data of this person, whatever desk the person holds."""
        return self.filter(Q(member__user=user) | Q(registration__user=user))


class ContactReveal(models.Model):
    """One look at one field, with its reason; the person concerned can read it (个人信息保护法 44、45)."""

    member = models.ForeignKey(
        Member, models.CASCADE, null=True, blank=True, related_name="reveals", verbose_name=_("党员")
    )
    # An applicant the roster does not know yet has no member to name.
    registration = models.ForeignKey(
        Registration, models.CASCADE, null=True, blank=True, related_name="reveals", verbose_name=_("报到")
    )
    field = models.CharField(_("内容"), max_length=20)
    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("查看人"),
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("所在组织")
    )
    reason = models.CharField(_("理由"), max_length=LONGEST_REASON)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = ContactRevealQuerySet.as_manager()

    class Meta:
        verbose_name = _("查看记录")
        verbose_name_plural = _("查看记录")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, registration__isnull=True)
                | Q(member__isnull=True, registration__isnull=False),
                name="reveal_names_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} · {self.field}"
