"""Pages of the import: list, upload, progress, preview, result."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import StaffRequest, desk_required
from members.importing import batches
from members.importing.forms import RowSearchForm, UploadForm
from members.importing.preview import find_rows, headings_of, history, lines, outcome_tabs
from members.importing.rejected import rejected_workbook
from members.importing.rules import undo_obstacle
from members.importing.template import roster_template
from members.models import ImportBatch, ImportRow
from xianfeng.lib.refusal import Refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCHES_A_PAGE, ROWS_A_PAGE = 20, 50


def batch_of(request: StaffRequest, pk: int) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).select_related(
        "organization", "uploaded_by", "confirmed_by"
    )
    return get_object_or_404(visible, pk=pk)


@require_GET
@desk_required("members.import")
def list_(request: StaffRequest) -> HttpResponse:
    found = ImportBatch.objects.visible_to(request.user).select_related("organization", "uploaded_by")
    page = Paginator(found, BATCHES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/importing/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@desk_required("members.import")
def new(request: StaffRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, organization=request.desk.organization)
    if request.method == "POST" and form.is_valid():
        try:
            batch = batches.upload(form.cleaned_data["kind"], form.cleaned_data["file"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("members:import", batch.pk)
    return render(request, "members/importing/new.html", {"form": form})


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
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in ImportRow.Outcome.values else ""
    page = Paginator(find_rows(batch, outcome, text), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "search": form,
        "tabs": outcome_tabs(batch, outcome),
        "page": page,
        "headings": headings_of(batch),
        "lines": lines(batch, list(page.object_list)),
        "events": history(batch),
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
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        batches.confirm(batch_of(request, pk), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("members:import", pk)


@require_POST
@desk_required("members.import")
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        batches.undo(batch_of(request, pk), reason=request.POST.get("reason", ""), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("members:import", pk)


@require_POST
@desk_required("members.import")
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        batches.discard(batch_of(request, pk), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("members:import", pk)
    messages.success(request, _("已放弃这一批，文件和预览已删除。"))
    return redirect("members:imports")


@require_GET
@desk_required("members.import")
def rejected(request: StaffRequest, pk: int) -> HttpResponse:
    """The refused rows as a workbook to correct and upload again."""
    return workbook(rejected_workbook(batch_of(request, pk)), f"import-{pk}-rejected.xlsx")


@require_GET
@desk_required("members.import")
def template(request: StaffRequest) -> HttpResponse:
    return workbook(roster_template(), "roster-template.xlsx")


def workbook(content: bytes, filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)
