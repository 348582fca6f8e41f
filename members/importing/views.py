"""Pages of the import: list, upload, progress, preview, result."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import StaffRequest, desk_required
from members.cleaning import clean_text
from members.importing import batches
from members.importing.forms import RowSearchForm, UploadForm
from members.importing.preview import asked, find_rows, headings_of, lines, outcomes
from members.importing.rejected import rejected_workbook
from members.importing.rules import undo_obstacle
from members.importing.template import roster_template
from members.models import ImportBatch
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import XLSX, attempt, download, page_of, posted, submit

BATCHES_A_PAGE = 20


def batch_of(request: StaffRequest, pk: int) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).select_related(
        "organization", "uploaded_by", "confirmed_by"
    )
    return get_object_or_404(visible, pk=pk)


@require_GET
@desk_required("members.import")
def list_(request: StaffRequest) -> HttpResponse:
    found = ImportBatch.objects.visible_to(request.user).select_related("organization", "uploaded_by")
    return render(request, "members/importing/list.html", {"page": page_of(request, found, BATCHES_A_PAGE)})


@require_http_methods(["GET", "POST"])
@desk_required("members.import")
def new(request: StaffRequest) -> HttpResponse:
    form = upload_form(request)
    if batch := submit(form, lambda: batches.upload(**form.cleaned_data, by=request.user)):
        return redirect("members:import", batch.pk)
    return render(request, "members/importing/new.html", {"form": form})


def upload_form(request: StaffRequest) -> UploadForm:
    return UploadForm(posted(request), request.FILES or None, organization=request.desk.organization)


@require_GET
@desk_required("members.import")
def batch(request: StaffRequest, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    context: dict[str, object] = {"batch": found}
    if found.has_preview:
        context |= preview(request, found)
    return render(request, "members/importing/detail.html", context)


def preview(request: StaffRequest, batch: ImportBatch) -> dict[str, object]:
    """What the preview's table needs; the outcome and the search stand in the address."""
    form = RowSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    tabs = tabs_of(request, outcomes(batch), default="", param="outcome")
    page = page_of(request, find_rows(batch, tabs.chosen.key, text))
    return {
        "search": form,
        "tabs": tabs,
        "page": page,
        "headings": headings_of(batch),
        "asked": asked(batch),
        "lines": lines(batch, list(page.object_list)),
        "events": batch.events.select_related("by").order_by("-id"),
        "undo_obstacle": undo_obstacle(batch),
    }


@require_GET
@desk_required("members.import")
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for each second; leads to the page itself when the step is over."""
    found = batch_of(request, pk)
    if found.is_working:
        return render(request, "members/importing/_progress.html", {"batch": found})
    return HttpResponse(headers={"HX-Redirect": reverse("members:import", args=[pk])})


@require_POST
@desk_required("members.import")
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """One answer to one question, or to all of its kind."""
    found = batch_of(request, pk)
    answers = {request.POST.get("question", ""): clean_text(request.POST.get("answer", ""))}
    attempt(request, lambda: batches.decide(found, answers, by=request.user))
    return redirect("members:import", pk)


@require_POST
@desk_required("members.import")
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    attempt(request, lambda: batches.confirm(found, by=request.user))
    return redirect("members:import", pk)


@require_POST
@desk_required("members.import")
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    found, reason = batch_of(request, pk), request.POST.get("reason", "")
    attempt(request, lambda: batches.undo(found, reason=reason, by=request.user))
    return redirect("members:import", pk)


@require_POST
@desk_required("members.import")
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    if not attempt(request, lambda: batches.discard(found, by=request.user)):
        return redirect("members:import", pk)
    messages.success(request, _("已放弃这一批，文件和预览已删除。"))
    return redirect("members:imports")


@require_GET
@desk_required("members.import")
def rejected(request: StaffRequest, pk: int) -> HttpResponse:
    """The refused rows as a workbook to correct and upload again."""
    return download(rejected_workbook(batch_of(request, pk)), f"import-{pk}-rejected.xlsx", XLSX)


@require_GET
@desk_required("members.import")
def template(request: StaffRequest) -> HttpResponse:
    return download(roster_template(), "roster-template.xlsx", XLSX)
