"""Filters and order of the wish list."""

import datetime as dt

import django_filters
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from wishes.models import PLACES, Wish, WishQuerySet

State = Wish.State
ALL = "all"
TABS = (
    (State.SUBMITTED, _("待受理")),
    (State.ACCEPTED, _("已受理")),
    (State.PUBLISHED, _("已发布")),
    (State.FULFILLED, _("已完成")),
    (State.DECLINED, _("未受理")),
    (State.MERGED, _("已合并")),
    (ALL, _("全部")),
)
AGES = [("3", _("超过 3 天")), ("7", _("超过 7 天")), ("30", _("超过 30 天"))]
SORTS = {"age": "created_at"}


def places(request: HttpRequest | None) -> QuerySet[Organization]:
    """The estates and communities of the present desk's branch."""
    if request is None:
        return Organization.objects.none()
    return Organization.objects.visible_to(request.user).filter(kind__in=PLACES)  # type: ignore[arg-type]


class WishFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="need", lookup_expr="contains", label=_("心愿"))
    place = django_filters.ModelChoiceFilter(
        queryset=places, method="below", label=_("小区/社区"), empty_label=_("全部")
    )
    source = django_filters.ChoiceFilter(choices=Wish.Source.choices, label=_("来源"), empty_label=_("全部"))
    age = django_filters.ChoiceFilter(
        choices=AGES, method="older", label=_("提出时间"), empty_label=_("全部")
    )

    class Meta:
        model = Wish
        fields: list[str] = []

    def below(self, rows: WishQuerySet, name: str, place: Organization) -> WishQuerySet:
        """A community stands for its estates too."""
        return rows.filter(organization__path__startswith=str(place.path))

    def older(self, rows: WishQuerySet, name: str, days: str) -> WishQuerySet:
        return rows.filter(created_at__lt=timezone.now() - dt.timedelta(days=int(days)))

    def counts(self) -> dict[str, int]:
        """How many wishes each tab holds, in one query; all of them are each need once."""
        found: dict[str, int] = dict(self.qs.order_by().values_list("state").annotate(count=Count("*")))
        needs = sum(count for state, count in found.items() if state != State.MERGED)
        return {key: found.get(key, 0) for key, _label in TABS} | {ALL: needs}

    def in_tab(self, tab: str) -> WishQuerySet:
        found: WishQuerySet = self.qs.counted() if tab == ALL else self.qs.filter(state=tab)
        return found
