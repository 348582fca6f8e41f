"""Lists of people: who, where, how far, in which order."""

from typing import Any

import django_filters
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization, User
from members.models.people import MemberQuerySet
from members.people.privacy import knows_homes
from xianfeng.lib.times import FIRST_YEAR, today
from xianfeng.ui.fields import search_input
from xianfeng.ui.views import ordering

SORTS = {
    "name": "pinyin",
    "unit": "unit__name",
    "community": "community__name",
    "state": "state",
    "flags": "flags",
    "registered": "registered_at",
}


def by_mobile(digits: str) -> Q:
    """The last four digits, which the mask shows, or the whole number.

    Nothing between: each further digit could be guessed in ten tries, and the mask would be off.
    """
    if len(digits) == 4:
        return Q(mobile__tail=digits)
    return Q(mobile=digits) if len(digits) == 11 else Q(pk__in=[])


def matching(text: str) -> Q:
    """People by name, pinyin, initials, or mobile."""
    text = text.strip()
    if text.isdigit():
        return by_mobile(text)
    letters = text.replace(" ", "").lower()
    if letters.isascii():
        return Q(pinyin__startswith=letters) | Q(initials__startswith=letters)
    return Q(name__contains=text)


def with_flags(members: QuerySet[Member], year: int | None = None) -> QuerySet[Member]:
    """Adds `flags`, the year's total, from the kept totals (none means nothing yet)."""
    total = FilteredRelation("years", condition=Q(years__year=year or today().year))
    return members.annotate(total=total).annotate(flags=Coalesce(F("total__flags"), 0))


def organizations_seen(kind: str, user: User) -> QuerySet[Organization]:
    """What a list may be narrowed to: the own branch, and all of the other line (条 or 块)."""
    rows = Organization.objects.filter(kind=kind).order_by("path")
    desk = user.desk
    if desk is None:
        return rows.none()
    is_unit_desk = desk.organization.kind == Organization.Kind.UNIT
    own_line = (kind == Organization.Kind.UNIT) == is_unit_desk
    return rows.within(desk.organization) if own_line else rows


def units(request: Any) -> QuerySet[Organization]:
    return organizations_seen(Organization.Kind.UNIT, request.user).order_by("name")


def communities(request: Any) -> QuerySet[Organization]:
    return organizations_seen(Organization.Kind.COMMUNITY, request.user)


def estates(request: Any) -> QuerySet[Organization]:
    return organizations_seen(Organization.Kind.ESTATE, request.user)


class MemberFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("查找"), method="search", widget=search_input(_("姓名、拼音或手机尾号"))
    )
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Member.State.choices, empty_label=_("全部在册")
    )
    unit = django_filters.ModelChoiceFilter(label=_("单位"), queryset=units, empty_label=_("全部单位"))
    community = django_filters.ModelChoiceFilter(
        label=_("社区"), queryset=communities, empty_label=_("全部社区")
    )
    estate = django_filters.ModelChoiceFilter(label=_("小区"), queryset=estates, empty_label=_("全部小区"))
    flags = django_filters.ChoiceFilter(
        label=_("本年红旗"),
        method="by_flags",
        empty_label=_("不限"),
        choices=[("0", _("没有")), ("1-4", _("1 至 4 面")), ("5", _("5 面及以上"))],
    )
    is_leader = django_filters.BooleanFilter(label=_("领导干部"))
    year = django_filters.ChoiceFilter(label=_("在册年度"), method="on_roster_in", empty_label=_("现在"))
    entry = django_filters.ChoiceFilter(
        label=_("入册日期"), method="by_entry", empty_label=_("不限"), choices=[("none", _("没有填写"))]
    )
    skills = django_filters.CharFilter(label=_("特长"), lookup_expr="contains")

    class Meta:
        model = Member
        fields = [
            "q",
            "state",
            "unit",
            "community",
            "estate",
            "flags",
            "is_leader",
            "year",
            "entry",
            "skills",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = range(today().year, FIRST_YEAR - 1, -1)
        self.filters["year"].extra["choices"] = [(str(year), str(year)) for year in years]
        if not knows_homes(self.request.user.desk):
            del self.filters["estate"]

    def filter_queryset(self, queryset: QuerySet[Member]) -> QuerySet[Member]:
        found: QuerySet[Member] = super().filter_queryset(queryset)
        if not (self.form.cleaned_data.get("state") or self.form.cleaned_data.get("year")):
            found = found.filter(state__in=Member.State.ON_ROSTER)
        return found.order_by(*ordering((self.data or {}).get("sort", ""), SORTS, default="name"))

    def search(self, queryset: QuerySet[Member], name: str, value: str) -> QuerySet[Member]:
        return queryset.filter(matching(value))

    def on_roster_in(self, queryset: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        """Of a year everybody who stood on the roster, also who has left since."""
        return queryset.on_roster_in(int(value))

    def by_entry(self, queryset: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return queryset.undated()

    def by_flags(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        ranges = {"0": (None, 0), "1-4": (1, 4), "5": (5, None)}
        low, high = ranges[value]
        if low is not None:
            queryset = queryset.filter(flags__gte=low)
        return queryset if high is None else queryset.filter(flags__lte=high)
