"""Pages of the import: list, upload, progress, preview, result."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import StaffRequest, desk_required
from members.cleaning import clean_text
from members.importing import batches
from members.importing.deciding.answered import answered
from members.importing.deciding.mapping import named, sample_of
from members.importing.deciding.repairing import names_to_choose, repairs
from members.importing.forms import RowSearchForm, UploadForm
from members.importing.plan import COLUMNS, key
from members.importing.preview import asked, entry_of, find_rows, headings_of, lines, outcomes
from members.importing.rejected import rejected_workbook
from members.importing.roster.columns import HEADERS
from members.importing.rules import BatchMovedOn, can_map, check_mappable, rows_are_over, undo_obstacle
from members.importing.template import roster_template
from members.models import ImportBatch
from xianfeng.lib.spreadsheet.reading import FILE_LIMIT, Unreadable
from xianfeng.lib.web.uploads import takes_file
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import XLSX, attempt, download, page_of, posted, submit

BATCHES_A_PAGE = 20


def batch_of(request: StaffRequest, pk: int) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).select_related(
        "organization", "uploaded_by", "confirmed_by"
    )
    return get_object_or_404(visible, pk=pk)


def may_import(request: HttpRequest) -> bool:
    desk = request.desk  # type: ignore[attr-defined]
    return bool(desk and desk.can("members.import"))


@require_GET
@desk_required("members.import")
def list_(request: StaffRequest) -> HttpResponse:
    found = ImportBatch.objects.visible_to(request.user).select_related("organization", "uploaded_by")
    return render(request, "members/importing/list.html", {"page": page_of(request, found, BATCHES_A_PAGE)})


@require_http_methods(["GET", "POST"])
@takes_file(most=FILE_LIMIT, of=may_import)
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
    context: dict[str, object] = {"batch": found, "can_map": can_map(found)}
    if found.has_preview:
        context |= preview(request, found)
    return render(request, "members/importing/detail.html", context)


def preview(request: StaffRequest, batch: ImportBatch) -> dict[str, object]:
    """What the preview's table needs; the outcome and the search stand in the address."""
    form = RowSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    tabs = tabs_of(request, outcomes(batch), default="", param="outcome")
    page = page_of(request, find_rows(batch, tabs.chosen.key, text))
    shown = lines(batch, list(page.object_list))
    return {
        "search": form,
        "tabs": tabs,
        "page": page,
        "headings": headings_of(batch),
        "asked": asked(batch),
        "answered": answered(batch) if batch.is_previewed else [],
        "entry": entry_of(batch),
        "lines": shown,
        "names": names_to_choose() if any(line.repair for line in shown) else {},
        "events": batch.events.select_related("by").order_by("-id"),
        "undo_obstacle": undo_obstacle(batch),
        "rows_are_over": rows_are_over(batch),
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
    """One answer to one question, or to all of its kind; an empty one takes it back."""
    found = batch_of(request, pk)
    answers = {request.POST.get("question", ""): clean_text(request.POST.get("answer", ""))}
    attempt(request, lambda: batches.decide(found, answers, by=request.user))
    return redirect("members:import", pk)


@require_POST
@desk_required("members.import")
def repair(request: StaffRequest, pk: int) -> HttpResponse:
    """The rejected rows of a page with what was written over them, all at once."""
    found = batch_of(request, pk)
    attempt(request, lambda: batches.decide(found, repairs(found, request.POST), by=request.user))
    return redirect("members:import", pk)


@require_http_methods(["GET", "POST"])
@desk_required("members.import")
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """The top of a sheet, with a choice over each column of what it is."""
    found = batch_of(request, pk)
    if request.method == "POST" and attempt(request, lambda: name_columns(request, found)):
        return redirect("members:import", pk)
    try:
        check_mappable(found)
        sample = sample_of(found, (request.POST or request.GET).get("sheet", ""), request.POST)
    except (BatchMovedOn, Unreadable) as error:
        messages.error(request, error.message)
        return redirect("members:import", pk)
    context = {"batch": found, "sample": sample, "headers": HEADERS}
    return render(request, "members/importing/columns.html", context)


def name_columns(request: StaffRequest, batch: ImportBatch) -> bool:
    """Raises BatchMovedOn, ColumnsIncomplete, ColumnTwice."""
    check_mappable(batch)
    subject = key(COLUMNS, request.POST.get("sheet", ""))
    batches.decide(batch, {subject: named(request.POST)}, by=request.user)
    return True


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
