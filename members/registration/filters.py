"""Which applications a list shows."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Registration
from members.models.registration import RegistrationQuerySet
from members.people.filters import by_mobile, communities, estates, units
from members.people.privacy import knows_homes
from xianfeng.ui.fields import search_input


class RegistrationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("查找"), method="search", widget=search_input(_("姓名或手机尾号")))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Registration.State.choices, empty_label=_("全部")
    )
    roster = django_filters.ChoiceFilter(
        label=_("与名册"),
        method="by_roster",
        empty_label=_("不限"),
        choices=[("same", _("一致")), ("differs", _("信息不符")), ("unknown", _("不在册"))],
    )
    unit = django_filters.ModelChoiceFilter(label=_("单位"), queryset=units, empty_label=_("全部单位"))
    community = django_filters.ModelChoiceFilter(
        label=_("社区"), queryset=communities, empty_label=_("全部社区")
    )
    estate = django_filters.ModelChoiceFilter(label=_("小区"), queryset=estates, empty_label=_("全部小区"))

    class Meta:
        model = Registration
        fields = ["q", "state", "roster", "unit", "community", "estate"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not knows_homes(self.request.user.desk):
            del self.filters["estate"]

    def search(self, queryset: QuerySet[Registration], name: str, value: str) -> QuerySet[Registration]:
        text = value.strip()
        if text.isdigit():
            return queryset.filter(by_mobile(text))
        return queryset.filter(name__contains=text)

    def by_roster(self, queryset: RegistrationQuerySet, name: str, value: str) -> RegistrationQuerySet:
        if value == "unknown":
            return queryset.filter(on_roster=False)
        if value == "same":
            return queryset.agreeing()
        return queryset.filter(on_roster=True).exclude(differences=[])
