"""The page between the wish to check a year and the check."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from flags.assessment.rules import check_startable
from flags.models import AssessmentRun
from flags.starting.outlook import outlook
from members.access import StaffRequest, desk_required
from xianfeng.lib.refusal import refusal_of
from xianfeng.lib.times import FIRST_YEAR, today


@require_safe
@desk_required("assessments.run")
def start(request: StaffRequest, year: int) -> HttpResponse:
    """What the official check would count, before it does; and why not, where it cannot start."""
    if not FIRST_YEAR <= year <= today().year:
        raise Http404
    run = AssessmentRun.objects.filter(year=year, is_official=True).first()
    context = {
        "year": year,
        "outlook": outlook(year),
        "why_not": refusal_of(check_startable, year),
        "run": run,
        "is_public": run is not None and not run.is_draft,
    }
    return render(request, "flags/starting/start.html", context)
