"""The member's own flags: how many, what is missing, and where each came from."""

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from flags.assessment.explaining import explain
from flags.models import Assessment, AssessmentRun, FlagEntry, MemberYear
from flags.policy.policies import policy_for
from members.access import MemberRequest, member_required
from members.models import Member
from xianfeng.lib.times import today
from xianfeng.ui.tabs import tabs_of


@require_safe
@member_required
def my_flags(request: MemberRequest) -> HttpResponse:
    member = request.member
    faces = ((str(year), str(year), None) for year in own_years(member))
    tabs = tabs_of(request, faces, default=str(today().year), param="year")
    year = int(tabs.chosen.key)
    lines = FlagEntry.objects.filter(member=member, year=year).select_related("organization")
    total = MemberYear.objects.filter(member=member, year=year).first()
    flags, minutes = (total.flags, total.minutes) if total else (0, 0)
    required, required_minutes = requirement(member, year)
    result = own_result(member, year)
    context = {
        "year": year, "tabs": tabs, "flags": flags, "minutes": minutes,
        "required": required, "missing": max(required - flags, 0),
        "missing_minutes": max(required_minutes - minutes, 0), "required_minutes": required_minutes,
        "months": months(member, year), "lines": lines.order_by("-service_date", "-seq"),
        "result": result, "reasons": explain(result) if result else [],
    }  # fmt: skip
    return render(request, "flags/assessment/my_flags.html", context)


def own_years(member: Member) -> list[int]:
    """This year, and those that have lines."""
    found = MemberYear.objects.filter(member=member).values_list("year", flat=True)
    return sorted({today().year, *found}, reverse=True)


def requirement(member: Member, year: int) -> tuple[int, int]:
    """Flags and minutes owed, from the newest check of the year; by the plain rules where there is none."""
    row = Assessment.objects.filter(member=member, run__year=year).order_by("-run__is_official").first()
    if row is not None:
        return row.required_flags, row.required_minutes
    policy = policy_for(year)
    return policy.min_flags_leader if member.is_leader else policy.min_flags, policy.min_minutes


def months(member: Member, year: int) -> list[tuple[int, int]]:
    """Number of the month and its flags, January first."""
    rows = FlagEntry.objects.filter(member=member, year=year).order_by()
    found = dict(rows.values_list("service_date__month").annotate(Sum("delta")))
    return [(month, found.get(month, 0)) for month in range(1, 13)]


def own_result(member: Member, year: int) -> Assessment | None:
    """The official result, once it is public."""
    rows = Assessment.objects.filter(member=member, run__year=year, run__is_official=True)
    return rows.filter(run__state__in=AssessmentRun.State.PUBLIC).select_related("run", "member").first()
