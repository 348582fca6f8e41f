"""A plan of invitations across communities for one month, row by row (DOMAIN §1)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

if TYPE_CHECKING:
    from members.models import User


class BalanceRowQuerySet(models.QuerySet["BalanceRow"]):
    def visible_to(self, user: "User") -> "BalanceRowQuerySet":
        """Whose people are asked, and who takes them in, and whoever is above either."""
        if not user.desk:
            return self.none()
        path = user.desk.organization.path
        return self.filter(Q(origin__path__startswith=path) | Q(host__path__startswith=path))

    def open(self) -> "BalanceRowQuerySet":
        return self.filter(state=BalanceRow.State.PROPOSED)


class BalanceRow(models.Model):
    """So many places: people of `origin` are asked for tasks of `host`, and only by somebody's click."""

    class State(States):
        PROPOSED = "proposed", "warning", _("待发出")
        SENT = "sent", "success", _("已发出")
        DROPPED = "dropped", "neutral", _("不采用")
        REPLACED = "replaced", "neutral", _("已重排")

        OPEN = states(PROPOSED)

    month = models.DateField(_("月份"))
    origin = models.ForeignKey(
        Organization, models.PROTECT, related_name="balance_out", verbose_name=_("派出社区")
    )
    host = models.ForeignKey(
        Organization, models.PROTECT, related_name="balance_in", verbose_name=_("接收社区")
    )
    places = models.PositiveIntegerField(_("名额"))
    reason = models.CharField(_("理由"), max_length=300)
    # The day on which invitations of this row end.
    ends_on = models.DateField(_("截止日期"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PROPOSED)
    made_at = models.DateTimeField(_("测算时间"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("测算人")
    )

    objects = BalanceRowQuerySet.as_manager()
    is_open = StateIn(State.OPEN)
    is_sent = StateIn({State.SENT})

    class Meta:
        verbose_name = _("供需平衡")
        verbose_name_plural = _("供需平衡")
        ordering = ["-month", "state", "-places", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(origin=F("host")), name="balance_row_leads_elsewhere"),
            models.CheckConstraint(condition=Q(places__gte=1), name="balance_row_has_places"),
            models.UniqueConstraint(
                fields=["month", "origin", "host"],
                condition=Q(state="proposed"),
                name="balance_row_proposed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} → {self.host}"


class BalanceRowEvent(StateEvent):
    """Append-only history of a row of the plan."""

    row = models.ForeignKey(BalanceRow, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("供需平衡记录")
        verbose_name_plural = _("供需平衡记录")
