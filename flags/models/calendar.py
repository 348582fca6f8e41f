"""Days the State Council swapped (调休), as far as somebody had to enter them."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from members.models import User


class DayRuleQuerySet(models.QuerySet["DayRule"]):
    def visible_to(self, user: "User") -> "DayRuleQuerySet":
        """One calendar for all: deadlines and publicity are counted by it."""
        return self.all() if user.desk else self.none()


class DayRule(models.Model):
    """What is said of a day from now on. Append-only: of several about one day the last counts."""

    day = models.DateField(_("日期"), db_index=True)
    # None: as the published calendar has it, which takes back what was said before.
    works = models.BooleanField(_("上班"), null=True)
    note = models.CharField(_("说明"), max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("录入人")
    )
    at = models.DateTimeField(_("录入时间"), auto_now_add=True)

    objects = DayRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("调休")
        verbose_name_plural = _("调休")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.day} {self.note}"
