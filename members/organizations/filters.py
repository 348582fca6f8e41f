"""What the list of posts can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Appointment, Organization
from members.models.organization import AppointmentQuerySet
from members.organizations import finding
from xianfeng.ui.fields import search_input

ENDED, EVERY = "ended", "all"


class AppointmentFilter(django_filters.FilterSet):
    """Posts that run or are to come, unless those that have ended are asked for."""

    place = django_filters.CharFilter(
        label=_("组织"), method="by_place", widget=search_input(_("名称、编码或拼音"))
    )
    role = django_filters.ChoiceFilter(
        label=_("角色"), choices=Appointment.Role.choices, empty_label=_("全部角色")
    )
    q = django_filters.CharFilter(label=_("人员"), method="by_person", widget=search_input(_("姓名或用户名")))
    term = django_filters.ChoiceFilter(
        label=_("任期"),
        method="by_term",
        empty_label=_("在任和将任"),
        choices=[(ENDED, _("已结束")), (EVERY, _("全部"))],
    )

    class Meta:
        model = Appointment
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("term") else found.standing()

    def by_place(self, rows: AppointmentQuerySet, name: str, value: str) -> AppointmentQuerySet:
        places = Organization.objects.visible_to(self.request.user)
        return rows.filter(organization__in=finding.found(places, value))

    def by_person(self, rows: AppointmentQuerySet, name: str, value: str) -> AppointmentQuerySet:
        text = value.strip()
        return rows.filter(Q(user__name__contains=text) | Q(user__username__icontains=text))

    def by_term(self, rows: AppointmentQuerySet, name: str, value: str) -> AppointmentQuerySet:
        return rows.exclude(pk__in=rows.standing().values("pk")) if value == ENDED else rows
