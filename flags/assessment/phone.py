"""The member's own flags: how many, what is missing, and where each came from."""

import datetime as dt

from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from flags.assessment import standing
from flags.assessment.explaining import explain
from flags.models import Assessment, AssessmentRun, FlagEntry, MemberYear
from members.access import MemberRequest, member_required
from members.models import Member
from xianfeng.lib.times import today
from xianfeng.ui.tabs import tabs_of

NEWS_FOR = dt.timedelta(days=30)


@require_safe
@member_required
def my_flags(request: MemberRequest) -> HttpResponse:
    member = request.member
    faces = ((str(year), str(year), None) for year in own_years(member))
    tabs = tabs_of(request, faces, default=str(today().year), param="year")
    year = int(tabs.chosen.key)
    lines = FlagEntry.objects.filter(member=member, year=year).select_related("organization")
    result = own_result(member, year)
    context = {
        "year": year, "tabs": tabs, "standing": standing.own(member, year),
        "months": months(member, year), "lines": lines.order_by("-service_date", "-seq"),
        "result": result, "reasons": explain(result) if result else [],
    }  # fmt: skip
    return render(request, "flags/assessment/my_flags.html", context)


def own_years(member: Member) -> list[int]:
    """This year, those that have lines, and those that were checked, be it without a flag.

    A check whose publicity was taken back keeps its year, for old messages lead there, without a result.
    """
    lit = MemberYear.objects.filter(member=member).values_list("year", flat=True)
    checked = Assessment.objects.filter(member=member, run__is_official=True)
    return sorted({today().year, *lit, *checked.values_list("run__year", flat=True)}, reverse=True)


def months(member: Member, year: int) -> list[tuple[int, int]]:
    """Number of the month and its flags, January first."""
    rows = FlagEntry.objects.filter(member=member, year=year).order_by()
    found = dict(rows.values_list("service_date__month").annotate(Sum("delta")))
    return [(month, found.get(month, 0)) for month in range(1, 13)]


def public_results(member: Member) -> QuerySet[Assessment]:
    return Assessment.objects.filter(member=member, run__state__in=AssessmentRun.State.PUBLIC)


def fresh_results(member: Member) -> QuerySet[Assessment]:
    """What the first screen tells: a year that may still be objected to, or was settled lately."""
    lately = timezone.now() - NEWS_FOR
    is_fresh = Q(run__state=AssessmentRun.State.PUBLICISED) | Q(run__settled_at__gte=lately)
    return public_results(member).filter(is_fresh).select_related("run").order_by("-run__year")


def own_result(member: Member, year: int) -> Assessment | None:
    """The official result, once it is public."""
    return public_results(member).filter(run__year=year).select_related("run", "member").first()
