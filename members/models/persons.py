"""What was said of two accounts, or of an account and a roster entry: one person, or two of one name."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import Member

if TYPE_CHECKING:
    from .user import User


class PersonCheckQuerySet(models.QuerySet["PersonCheck"]):
    def visible_to(self, user: "User") -> "PersonCheckQuerySet":
        """Who appoints; everybody else what was said of their own account."""
        desk = user.desk
        return self if desk and desk.can("appointments.grant") else self.filter(user=user)


class PersonCheck(models.Model):
    """One answer, on record; the newest of a pair counts."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="person_checks", verbose_name=_("账号")
    )
    member = models.ForeignKey(
        Member, models.CASCADE, null=True, related_name="+", verbose_name=_("名册记录")
    )
    other = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("另一账号")
    )
    is_same = models.BooleanField(_("同一人"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("核对人")
    )
    at = models.DateTimeField(_("核对时间"), default=timezone.now, editable=False)

    objects = PersonCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("同一人核对")
        verbose_name_plural = _("同一人核对")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, other__isnull=False) | Q(member__isnull=False, other=None),
                name="person_check_is_of_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} = {self.member or self.other}: {self.is_same}"
