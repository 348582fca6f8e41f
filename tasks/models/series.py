"""Tasks that come again: 周五下沉日, 主题党日. Each date is a task of its own, with its own places."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organization

from .recurrence import Frequency, days_of, in_words
from .task import Task

if TYPE_CHECKING:
    from members.models import User


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: "User") -> "SeriesQuerySet":
        """Of which the desk sees a date."""
        dates = Task.objects.visible_to(user).exclude(series=None)
        return self.filter(pk__in=dates.order_by().values("series"))


class Series(models.Model):
    """The pattern that dates follow, from the first day to the last one published so far.

    A day of the pattern without a task was left out; a task on another day than its `series_day` was moved.
    """

    publisher = models.ForeignKey(
        Organization, models.PROTECT, related_name="series", verbose_name=_("发布组织")
    )
    title = models.CharField(_("名称"), max_length=60)
    frequency = models.CharField(_("多久一次"), max_length=12, choices=Frequency)
    first_day = models.DateField(_("第一天"))
    last_day = models.DateField(_("排到哪一天"))
    skips_holidays = models.BooleanField(_("节假日跳过"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("拟稿人")
    )
    created_at = models.DateTimeField(_("拟稿时间"), default=timezone.now, editable=False)
    # Idempotency key of the form that made it.
    key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("系列任务")
        verbose_name_plural = _("系列任务")
        ordering = ["-last_day", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="series_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def pattern_in_words(self) -> str:
        return in_words(self.frequency, self.first_day)

    def days_until(self, last: dt.date) -> list[dt.date]:
        """The days of the pattern up to one, from the first on; holidays are not taken out."""
        return days_of(self.frequency, self.first_day, last)
