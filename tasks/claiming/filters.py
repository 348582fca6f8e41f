"""Filters of the member's task list: by day, by kind, by who offers it, only what has a place."""

import datetime as dt

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from flags.models import Category
from members.models import Organization
from tasks.models import Task
from tasks.models.task import TaskQuerySet
from xianfeng.lib.times import at, local_date
from xianfeng.ui.tabs import Face

DAY = dt.timedelta(days=1)
PERIODS = [("today", _("今天")), ("week", _("本周")), ("weekend", _("周末"))]
FACES: list[Face] = [("", _("全部"), None), *((code, label, None) for code, label in PERIODS)]
OFFERED_BY = [
    (Organization.Kind.ESTATE, _("小区")),
    (Organization.Kind.COMMUNITY, _("社区")),
    (Organization.Kind.CITY, _("全市")),
]


def days_of(period: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day; the week ends on Sunday, and on a Sunday the weekend is what is left of it."""
    sunday = today + (6 - today.weekday()) * DAY
    first = {"today": today, "week": today, "weekend": max(today, sunday - DAY)}[period]
    return first, today if period == "today" else sunday


class OfferFilter(django_filters.FilterSet):
    """The period is chosen by tabs, the rest in the form."""

    q = django_filters.CharFilter(label=_("标题或地点"), method="search")
    category = django_filters.ChoiceFilter(label=_("类别"), choices=Category, empty_label=_("全部"))
    offered_by = django_filters.ChoiceFilter(
        label=_("发布方"), field_name="publisher__kind", choices=OFFERED_BY, empty_label=_("全部")
    )
    places = django_filters.ChoiceFilter(
        label=_("名额"), choices=[("free", _("只看有名额的"))], method="by_places", empty_label=_("全部")
    )
    period = django_filters.ChoiceFilter(
        label=_("时间"), choices=PERIODS, method="in_period", widget=forms.HiddenInput
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def search(self, tasks: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return tasks.filter(Q(title__icontains=value) | Q(place__icontains=value))

    def by_places(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return tasks.with_free_places()

    def in_period(self, tasks: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        first, last = days_of(value, local_date(timezone.now()))
        return tasks.filter(starts_at__gte=at(first, 0), starts_at__lt=at(last + DAY, 0))
