"""What the backlog can be narrowed to."""

import django_filters
from django.utils.translation import gettext_lazy as _

from tasks.models import Task
from tasks.publishing.filters import publishers


class BacklogFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("标题"), field_name="title", lookup_expr="icontains")
    publisher = django_filters.ModelChoiceFilter(
        label=_("发布组织"), queryset=publishers, empty_label=_("全部")
    )

    class Meta:
        model = Task
        fields: list[str] = []
