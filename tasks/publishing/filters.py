"""Filters of the desk's task lists."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from flags.models import Category
from members.models import Organization
from tasks.models import ServiceItem, Task
from tasks.models.task import TaskQuerySet
from tasks.rights import PUBLISHING_TIERS
from xianfeng.ui.fields import day_input


def publishers(request: Any) -> QuerySet[Organization]:
    """Organisations of the desk's branch that can publish."""
    return Organization.objects.visible_to(request.user).filter(kind__in=PUBLISHING_TIERS)


class TaskFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("标题或地点"), method="search")
    category = django_filters.ChoiceFilter(label=_("类别"), choices=Category, empty_label=_("全部"))
    publisher = django_filters.ModelChoiceFilter(
        label=_("发布组织"), queryset=publishers, empty_label=_("全部")
    )
    places = django_filters.ChoiceFilter(
        label=_("名额"),
        choices=[("free", _("有空余")), ("full", _("已满"))],
        method="by_places",
        empty_label=_("全部"),
    )
    item = django_filters.ModelChoiceFilter(
        label=_("服务事项"), queryset=ServiceItem.objects.all(), empty_label=_("全部")
    )
    # A community with its estates: what a figure counts that leads here.
    under = django_filters.ModelChoiceFilter(queryset=publishers, method="below", widget=forms.HiddenInput)
    kind = django_filters.ChoiceFilter(label=_("形式"), choices=Task.Kind, empty_label=_("全部"))
    since = django_filters.DateFilter(
        label=_("开始不早于"), field_name="starts_at", lookup_expr="date__gte", widget=day_input()
    )
    until = django_filters.DateFilter(
        label=_("开始不晚于"), field_name="starts_at", lookup_expr="date__lte", widget=day_input()
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def search(self, tasks: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return tasks.filter(title__icontains=value) | tasks.filter(place__icontains=value)

    def below(self, tasks: QuerySet[Task], name: str, value: Organization) -> QuerySet[Task]:
        return tasks.filter(publisher__path__startswith=str(value.path))

    def by_places(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return tasks.full() if value == "full" else tasks.with_free_places()
