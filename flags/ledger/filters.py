"""What the list of lines can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from flags.models import Category, FlagEntry
from members.models import Member, Organization
from members.people.filters import matching, units
from xianfeng.lib.times import FIRST_YEAR, today
from xianfeng.ui.fields import day_input, search_input

BY_NAME = _("姓名或拼音")
AWARDING = (Organization.Kind.CITY, Organization.Kind.COMMUNITY)


def years() -> list[tuple[int, str]]:
    return [(year, str(year)) for year in range(today().year, FIRST_YEAR - 1, -1)]


def awarders(request: Any) -> QuerySet[Organization]:
    """Who lights flags: a community sees itself, a street its communities, others all."""
    rows = Organization.objects.filter(kind__in=AWARDING).order_by("path")
    desk = request.user.desk
    if desk.organization.kind in (Organization.Kind.STREET, Organization.Kind.COMMUNITY):
        return rows.within(desk.organization)
    return rows


def people(text: str) -> QuerySet[Member]:
    return Member.objects.filter(matching(text)).order_by()


class LedgerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("党员"), method="by_person", widget=search_input(BY_NAME))
    year = django_filters.ChoiceFilter(label=_("年度"), empty_label=_("全部年度"))
    category = django_filters.ChoiceFilter(label=_("类别"), choices=Category, empty_label=_("全部类别"))
    kind = django_filters.ChoiceFilter(label=_("类型"), choices=FlagEntry.Kind, empty_label=_("全部类型"))
    unit = django_filters.ModelChoiceFilter(label=_("当时单位"), queryset=units, empty_label=_("全部单位"))
    organization = django_filters.ModelChoiceFilter(
        label=_("亮旗组织"), queryset=awarders, empty_label=_("全部组织")
    )
    source = django_filters.CharFilter(label=_("来源"), field_name="source_label", lookup_expr="contains")
    since = django_filters.DateFilter(
        label=_("服务日期起"), field_name="service_date", lookup_expr="gte", widget=day_input()
    )
    until = django_filters.DateFilter(
        label=_("服务日期止"), field_name="service_date", lookup_expr="lte", widget=day_input()
    )

    class Meta:
        model = FlagEntry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = years()

    def by_person(self, rows: QuerySet[FlagEntry], name: str, value: str) -> QuerySet[FlagEntry]:
        return rows.filter(member__in=people(value))
