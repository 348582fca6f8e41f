"""Which changes of number a list shows."""

import django_filters
from django.utils.translation import gettext_lazy as _

from members.models import MobileChange
from members.people.filters import communities, units


class NumberFilter(django_filters.FilterSet):
    unit = django_filters.ModelChoiceFilter(
        field_name="member__unit", label=_("单位"), queryset=units, empty_label=_("全部单位")
    )
    community = django_filters.ModelChoiceFilter(
        field_name="member__community", label=_("社区"), queryset=communities, empty_label=_("全部社区")
    )

    class Meta:
        model = MobileChange
        fields = ["unit", "community"]
