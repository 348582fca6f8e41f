"""What the log of exports can be narrowed to."""

import django_filters
from django.utils.translation import gettext_lazy as _

from reports.exports.resources import RESOURCES
from reports.models import Export
from xianfeng.ui.fields import day_input, search_input

LISTS = [(each.name, each.label) for each in RESOURCES.values()]


class LogFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("导出人"), field_name="user__name", lookup_expr="contains", widget=search_input(_("姓名"))
    )
    name = django_filters.ChoiceFilter(label=_("名单"), empty_label=_("全部名单"), choices=LISTS)
    since = django_filters.DateFilter(
        label=_("导出日期起"), field_name="created_at", lookup_expr="date__gte", widget=day_input()
    )
    until = django_filters.DateFilter(
        label=_("导出日期止"), field_name="created_at", lookup_expr="date__lte", widget=day_input()
    )

    class Meta:
        model = Export
        fields: list[str] = []
