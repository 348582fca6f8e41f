"""Who looked at whose personal data."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .organization import Organization
from .people import Member, member_scope

if TYPE_CHECKING:
    from .user import User


class ContactRevealQuerySet(models.QuerySet["ContactReveal"]):
    def visible_to(self, user: "User") -> "ContactRevealQuerySet":
        if not user.desk:
            return self.filter(member__user=user)
        return self.filter(member_scope(user.desk.organization, "member__"))


class ContactReveal(models.Model):
    """One look at one field, with its reason; the person concerned can read it (个人信息保护法 第44、45条)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="reveals", verbose_name=_("党员"))
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
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = ContactRevealQuerySet.as_manager()

    class Meta:
        verbose_name = _("查看记录")
        verbose_name_plural = _("查看记录")
        ordering = ["-id"]
