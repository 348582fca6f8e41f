"""What the log of exports can be narrowed to."""

import django_filters
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.exports.resources import RESOURCES
from reports.models import Export
from xianfeng.ui.fields import day_input, search_input

LISTS = [(each.name, each.label) for each in RESOURCES.values()]


def day(label: Promise, lookup: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label, field_name="created_at", lookup_expr=lookup, widget=day_input()
    )


class LogFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("导出人"),
        field_name="user__name",
        lookup_expr="contains",
        widget=search_input(_("姓名")),
    )
    name = django_filters.ChoiceFilter(label=_("名单"), empty_label=_("全部名单"), choices=LISTS)
    since = day(_("导出日期起"), "date__gte")
    until = day(_("导出日期止"), "date__lte")

    class Meta:
        model = Export
        fields: list[str] = []
