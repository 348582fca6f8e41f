"""Pages of exports: what to take along, how far it is, one's own files, and the log."""

from typing import cast

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.files import File
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import StaffRequest, desk_required, require
from reports.exports import making, rules
from reports.exports.filters import LogFilter
from reports.exports.forms import ExportForm
from reports.exports.resources import RESOURCES, ListResource
from reports.models import Export
from xianfeng.lib.refusal import KeyReused
from xianfeng.lib.times import local_date
from xianfeng.ui.tables import address_with
from xianfeng.ui.tabs import Tab, Tabs
from xianfeng.ui.views import XLSX, attempt, page_of, posted, submit

TYPES: dict[str, str] = {
    Export.Format.XLSX: XLSX,
    Export.Format.CSV: "text/csv; charset=utf-8",
}


@require_http_methods(["GET", "POST"])
@desk_required(rules.MAKES)
def new(request: StaffRequest, name: str) -> HttpResponse:
    """The query string is the list's own; what is ticked comes by POST."""
    resource = resource_of(request, name)
    form = ExportForm(posted(request), columns=resource.offered(request.desk))
    if export := submit(form, lambda: making.order(resource, form.order(), by=request.user)):
        return redirect(reverse("reports:export", args=[export.pk]) + "?fresh=1")
    if form.has_error(NON_FIELD_ERRORS, KeyReused.code):
        form.renew()
    return render(request, "reports/exports/new.html", {"form": form, **about(resource)})


def resource_of(request: StaffRequest, name: str) -> ListResource:
    """Raises Http404 for a list nobody knows, PermissionDenied for one that this desk does not see."""
    if name not in RESOURCES:
        raise Http404(f"No list {name!r}.")
    require(request.user, RESOURCES[name].sees)
    return RESOURCES[name](request)


def about(resource: ListResource) -> dict[str, object]:
    rows = resource.get_queryset().count()
    return {
        "resource": resource,
        "title": resource.title(),
        "rows": rows,
        "at_once": rows <= making.AT_ONCE,
        "words": resource.words(),
        "back": resource.address(),
        "tabs": tabs(resource),
        "kept_days": rules.KEPT_FOR.days,
    }


def tabs(resource: ListResource) -> Tabs:
    """One for each face of the list's page that names its rows."""
    query, param = resource.asking.GET, resource.tab
    return Tabs(
        Tab(key, label, address_with(query, page=None, **{param: key}), key == resource.chosen_tab)
        for key, label in resource.tabs.items()
    )


def own(request: StaffRequest, pk: int) -> Export:
    return get_object_or_404(Export.objects.of(request.user).select_related("organization"), pk=pk)


@require_safe
@desk_required(rules.MAKES)
def list_(request: StaffRequest) -> HttpResponse:
    """One's own exports, whatever desk they were made at."""
    page = page_of(request, Export.objects.of(request.user).select_related("organization"))
    return render(request, "reports/exports/list.html", {"page": page, "kept_days": rules.KEPT_FOR.days})


@require_safe
@desk_required(rules.MAKES)
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    export = own(request, pk)
    again = reverse("reports:export_new", args=[export.name]) + (f"?{export.query}" if export.query else "")
    context = {
        "export": export,
        "again": again,
        "is_fresh": "fresh" in request.GET,
        "kept_days": rules.KEPT_FOR.days,
    }
    return render(request, "reports/exports/detail.html", context)


@require_safe
@desk_required(rules.MAKES)
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for each second; leads to the page itself when the work is over."""
    export = own(request, pk)
    if export.is_working:
        return render(request, "reports/exports/_progress.html", {"export": export})
    return HttpResponse(headers={"HX-Redirect": reverse("reports:export", args=[pk])})


@require_POST
@desk_required(rules.MAKES)
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """Leaves a line each time; 403 once the appointment it was ordered under is over."""
    export = own(request, pk)
    content = attempt(request, lambda: content_of(request, export))
    if content is None:
        return redirect("reports:export", pk)
    name = f"{export.title}-{local_date(export.created_at):%Y%m%d}-{export.pk}.{export.format}"
    response = FileResponse(content, as_attachment=True, filename=name, content_type=TYPES[export.format])
    response["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)  # a response that is read from the disk in pieces


def content_of(request: StaffRequest, export: Export) -> File:
    """The file itself. Raises NotThere, and PermissionDenied once the rights are gone."""
    try:
        return making.hand_over(export, by=request.user)
    except rules.RightsEnded as refusal:
        raise PermissionDenied(refusal.message) from None


@require_safe
@desk_required("exports.see")
def log(request: StaffRequest) -> HttpResponse:
    """Everything that left the desk's own branch as a file."""
    rows = Export.objects.visible_to(request.user).select_related("user", "organization", "appointment")
    found = LogFilter(request.GET, rows, request=request)
    return render(request, "reports/exports/log.html", {"filter": found, "page": page_of(request, found.qs)})
