"""Filters of the list of messages that did not arrive."""

import datetime as dt

import django_filters
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notices.models import Delivery, DeliveryQuerySet

LATE = "late"
# A row that waits longer than that needs a look at the mail server.
PATIENCE = dt.timedelta(hours=1)


# Whoever read it in the portal was reached.
UNREAD = Q(notice__read_at__isnull=True)


def late() -> Q:
    return Q(state=Delivery.State.PENDING, notice__created_at__lt=timezone.now() - PATIENCE) & UNREAD


def to_look_after() -> Q:
    """The states stand by themselves too: they rule out nearly every row before its notice is looked up."""
    unsent = Q(state__in=[*Delivery.State.UNREACHED, Delivery.State.PENDING])
    return unsent & (Q(state__in=Delivery.State.UNREACHED) & UNREAD | late())


TABS = (
    ("", _("全部"), to_look_after),
    ("handed_over", _("不确定"), lambda: Q(state=Delivery.State.HANDED_OVER) & UNREAD),
    ("failed", _("发送失败"), lambda: Q(state=Delivery.State.FAILED) & UNREAD),
    ("unreachable", _("无联系方式"), lambda: Q(state=Delivery.State.UNREACHABLE) & UNREAD),
    (LATE, _("久未发出"), late),
)
CONDITIONS = {key: condition for key, _label, condition in TABS}


class UnreachedFilter(django_filters.FilterSet):
    """The tab is the state."""

    name = django_filters.CharFilter(
        field_name="notice__recipient__name", lookup_expr="icontains", label=_("收件人")
    )
    channel = django_filters.ChoiceFilter(
        choices=Delivery.Channel.choices, label=_("渠道"), empty_label=_("全部")
    )

    class Meta:
        model = Delivery
        fields: list[str] = []

    def in_tab(self, key: str) -> DeliveryQuerySet:
        rows: DeliveryQuerySet = self.qs.filter(CONDITIONS[key]())
        return rows

    def counts(self) -> dict[str, int]:
        """How many rows each tab holds, in one query."""
        sums = {f"n_{key}": Count("pk", filter=condition()) for key, condition in CONDITIONS.items()}
        found = self.qs.filter(to_look_after()).aggregate(**sums)
        return {key: found[f"n_{key}"] for key in CONDITIONS}
