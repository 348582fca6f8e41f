"""What the backlog can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from tasks.models import Task
from tasks.publishing.filters import publishers


class BacklogFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("标题"), field_name="title", lookup_expr="icontains")
    publisher = django_filters.ModelChoiceFilter(
        label=_("发布组织"), queryset=publishers, empty_label=_("全部")
    )

    whose = django_filters.ChoiceFilter(
        label=_("由谁认定"),
        method="by_whose",
        empty_label=_("不限"),
        choices=[("own", _("本组织")), ("below", _("下级组织"))],
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Below the city everything that waits here is the desk's own.
        if self.request.user.desk.organization.kind != Organization.Kind.CITY:
            del self.filters["whose"]

    def by_whose(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        own = Q(publisher=self.request.user.desk.organization)
        return queryset.filter(own if value == "own" else ~own)
