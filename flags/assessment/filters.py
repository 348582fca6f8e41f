"""What the lists of results can be narrowed to."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from flags.ledger.filters import BY_NAME, people
from flags.models import Assessment
from members.people.filters import communities, units
from xianfeng.ui.fields import search_input


class ResultFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("党员"), method="by_person", widget=search_input(BY_NAME))
    result = django_filters.ChoiceFilter(
        label=_("结果"), choices=Assessment.Result, empty_label=_("全部结果")
    )
    unit = django_filters.ModelChoiceFilter(label=_("单位"), queryset=units, empty_label=_("全部单位"))
    community = django_filters.ModelChoiceFilter(
        label=_("社区"), queryset=communities, empty_label=_("全部社区")
    )

    class Meta:
        model = Assessment
        fields: list[str] = []

    def by_person(self, rows: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        return rows.filter(member__in=people(value))


class BehindFilter(ResultFilter):
    result = None  # a forecast's word; this list goes by the flags of today
    account = django_filters.ChoiceFilter(
        label=_("报到"),
        method="by_account",
        empty_label=_("不限"),
        choices=[("yes", _("已有账号")), ("no", _("没有账号"))],
    )

    def by_account(self, rows: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        return rows.filter(Q(member__user__isnull=value == "no"))
