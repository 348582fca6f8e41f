"""How a person likes the lists of the desk."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .user import User


class ListPreferenceQuerySet(models.QuerySet["ListPreference"]):
    def visible_to(self, user: "User") -> "ListPreferenceQuerySet":
        """Everybody's own."""
        return self.filter(user=user)


class ListPreference(models.Model):
    """One list of one person: the columns that are put away, and the filters that are kept under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="list_preferences", verbose_name=_("账号")
    )
    page = models.CharField(_("页面"), max_length=60)
    # Labels of columns, as the list's head has them.
    hidden: models.JSONField[Any, Any] = models.JSONField(_("不显示的列"), default=list)
    # [{"name": "青锋花苑未报到", "query": "estate=3&state=listed"}, …], in the order they were kept.
    filters: models.JSONField[Any, Any] = models.JSONField(_("已存筛选"), default=list)

    objects = ListPreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("列表偏好")
        verbose_name_plural = _("列表偏好")
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="list_preference_once")]

    def __str__(self) -> str:
        return self.page
