"""Desk pages of the yearly check: runs, one run's results, and its steps."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flags import ledger
from flags.assessment import assessing
from flags.assessment.explaining import corrections, counted_lines, explain
from flags.assessment.filters import ResultFilter
from flags.assessment.forms import AdjustForm
from flags.models import Assessment, AssessmentRun, FlagEntry
from members.access import StaffRequest, desk_required
from xianfeng.lib.ids import id_of
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_date, today
from xianfeng.ui.views import attempt, ordering, page_of, posted, submit

SEASON = 3  # up to March the year before is what is at hand
SORTS = {
    "name": "member__pinyin", "unit": "unit__name", "flags": "flags", "missing": "missing_flags",
    "hours": "missing_minutes",
}  # fmt: skip


@require_safe
@desk_required("assessments.see")
def list_(request: StaffRequest) -> HttpResponse:
    """Every run, with figures of the desk's own people."""
    runs = list(AssessmentRun.objects.visible_to(request.user).select_related("started_by"))
    counts = scoped_counts(request)
    for run in runs:
        run.own = counts.get(run.pk, {})  # type: ignore[attr-defined]
    this_year = today().year
    official = {run.year: run for run in runs if run.is_official}
    context = {"runs": runs, "this_year": this_year, "last_year": this_year - 1}
    context["is_season"] = today().month <= SEASON
    return render(request, "flags/assessment/list.html", context | {"last_run": official.get(this_year - 1)})


def scoped_counts(request: StaffRequest) -> dict[int, dict[str, int]]:
    """Run → result → number of people inside the desk's scope."""
    rows = Assessment.objects.visible_to(request.user).order_by()
    counts: dict[int, dict[str, int]] = {}
    for run_id, result, number in rows.values_list("run", "result").annotate(Count("pk")):
        counts.setdefault(run_id, {})[result] = number
        counts[run_id]["members"] = counts[run_id].get("members", 0) + number
    return counts


def fetch(request: StaffRequest, pk: int) -> AssessmentRun:
    runs = AssessmentRun.objects.visible_to(request.user).select_related("started_by")
    return get_object_or_404(runs, pk=pk)


@require_safe
@desk_required("assessments.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    run = fetch(request, pk)
    own = Assessment.objects.visible_to(request.user).filter(run=run)
    found = ResultFilter(request.GET, own, request=request)
    rows = listed(request, found).select_related("member", "unit", "community").defer("member__address")
    context = {
        "run": run,
        "filter": found,
        "page": page_of(request, rows),
        "counts": dict(own.values_list("result").annotate(Count("pk")).order_by()),
        "events": run.events.select_related("by").order_by("-pk")[:10],
        "next_step": next_step(run),
    }
    return render(request, "flags/assessment/detail.html", context)


def listed(request: StaffRequest, found: ResultFilter) -> QuerySet[Assessment]:
    """Results in the order asked for: what the page and its export show."""
    rows: QuerySet[Assessment] = found.qs
    return rows.order_by(
        *ordering(request.GET.get("sort", ""), SORTS, default="unit__path", then=["unit__path", "pk"])
    )


def next_step(run: AssessmentRun) -> dict[str, Any]:
    """May the publicised run be settled today, and if not why."""
    try:
        assessing.check_settleable(run)
    except Refusal as refusal:
        return {"why_not": refusal.message}
    return {"can_settle": True}


@require_safe
@desk_required("assessments.see")
def result(request: StaffRequest, pk: int) -> HttpResponse:
    """One member's result and why."""
    rows = Assessment.objects.visible_to(request.user).select_related("run", "member", "unit", "community")
    row = get_object_or_404(rows, pk=pk)
    context = {
        "row": row,
        "reasons": explain(row),
        "lines": counted_lines(row),
        "corrections": corrections(row),
    }
    return render(request, "flags/assessment/result.html", context)


@require_http_methods(["GET", "POST"])
@desk_required("assessments.run")
def adjust(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a settled result: a line in the open year that names it."""
    settled = Assessment.objects.visible_to(request.user).filter(run__state=AssessmentRun.State.SETTLED)
    row = get_object_or_404(settled.select_related("run", "member"), pk=pk)
    form = AdjustForm(posted(request), initial={"key": f"adjust:{uuid4()}"})
    if line := submit(form, lambda: adjust_settled(request, row, form)):
        messages.success(request, _("已写入第 %(seq)s 号调整流水。") % {"seq": line.seq})
        return redirect("flags:entry", line.pk)
    context = {"row": row, "form": form, "open_year": today().year}
    return render(request, "flags/assessment/adjust.html", context)


def adjust_settled(request: StaffRequest, row: Assessment, form: AdjustForm) -> FlagEntry:
    fields = {**form.cleaned_data, "settled_year": row.run.year, "organization": request.desk.organization}
    return ledger.adjust(row.member, by=request.user, **fields)


@require_safe
@desk_required("assessments.see")
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The waiting bar's next self; when the figures are there, the page itself."""
    run = fetch(request, pk)
    if run.finished_at is None:
        return render(request, "flags/assessment/_progress.html", {"run": run})
    return HttpResponse(headers={"HX-Redirect": reverse("flags:assessment", args=[run.pk])})


# --- Steps --------------------------------------------------------------------------------------


@require_POST
@desk_required("assessments.run")
def run(request: StaffRequest) -> HttpResponse:
    """Start a forecast, or with `official` the check of an ended year; a worker does it."""
    year = id_of(request.POST.get("year", ""))
    official = request.POST.get("official") == "1"
    opened = attempt(request, lambda: assessing.start_later(year, official=official, by=request.user))
    return redirect("flags:assessment", opened.pk) if opened else redirect("flags:assessments")


@require_POST
@desk_required("assessments.run")
def publicise(request: StaffRequest, pk: int) -> HttpResponse:
    found = fetch(request, pk)
    typed = request.POST.get("typed", "")
    done = attempt(request, lambda: assessing.publicise(found, typed=typed, by=request.user))
    if done and done.publicised_until:
        messages.success(
            request, _("已开始公示，到 %(day)s 为止。") % {"day": format_date(done.publicised_until)}
        )
    return redirect("flags:assessment", pk)


@require_POST
@desk_required("assessments.run")
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    found = fetch(request, pk)
    if attempt(request, lambda: assessing.settle(found, by=request.user)):
        messages.success(request, _("已定案。结果正在发给本人、单位和社区。"))
    return redirect("flags:assessment", pk)
