"""Desk pages of registration: what came in, the decision, and the comparison with the roster."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import StaffRequest, desk_required, require
from members.models import Registration
from members.people import privacy
from members.registration import matching, reconciling, registering
from members.registration.filters import RegistrationFilter
from members.registration.rules import NotThisPerson
from xianfeng.lib.ids import ids_of
from xianfeng.lib.refusal import Refusal

PAGE = 50


def seen(request: StaffRequest) -> QuerySet[Registration]:
    rows = Registration.objects.visible_to(request.user)
    return rows.select_related("unit", "community", "estate", "member", "user", "decided_by")


@require_safe
@desk_required("registrations.see")
def list_(request: StaffRequest) -> HttpResponse:
    """What waits comes first; every other state is one filter away."""
    asked = request.GET or QueryDict("state=submitted")
    found = RegistrationFilter(asked, queryset=seen(request), request=request)
    page = Paginator(found.qs.defer("address"), PAGE).get_page(request.GET.get("page"))
    may_decide = request.desk.can("registrations.decide")
    context = {"filter": found, "page": page, "may_decide": may_decide}
    return render(request, "members/registration/list.html", context)


@require_http_methods(["GET", "POST"])
@desk_required("registrations.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    registration = get_object_or_404(seen(request), pk=pk)
    if request.method == "POST":
        require(request.user, "registrations.decide")
        return decide(request, registration)
    context = {
        "registration": registration,
        "opened": privacy.opened_fields(registration, request.user),
        "is_unit_desk": request.desk.organization.kind == "unit",
        "may_decide": request.desk.can("registrations.decide"),
        "namesakes": namesakes(registration),
        "events": registration.events.select_related("by").order_by("-id"),
    }
    return render(request, "members/registration/detail.html", context)


def namesakes(registration: Registration) -> list[dict[str, object]]:
    """Roster entries that may be the same person with an old mobile; only while it is undecided."""
    if registration.member_id or not registration.is_open:
        return []
    people = matching.namesakes(registration.name, registration.unit)
    return [{"pk": member.pk, "mobile": privacy.mask_mobile(member.mobile)} for member in people]


def decide(request: StaffRequest, registration: Registration) -> HttpResponse:
    """POST `decision` = confirm or return, with `reason` or `same_person`."""
    try:
        if request.POST.get("decision") == "return":
            reason = request.POST.get("reason", "")
            registering.return_(registration, reason=reason, by=request.user)
            messages.success(request, _("已退回，本人会收到原因。"))
        else:
            confirm(request, registration)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("members:registration", registration.pk)
    return redirect("members:registrations")


def confirm(request: StaffRequest, registration: Registration) -> None:
    """Raises NotThisPerson where the named entry is none of those that were offered."""
    chosen = request.POST.get("same_person", "")
    people = matching.namesakes(registration.name, registration.unit) if chosen else []
    same_person = next((member for member in people if str(member.pk) == chosen), None)
    if chosen and same_person is None:
        raise NotThisPerson(_("名册上的这位同志已不可关联，请刷新页面。"))
    registering.confirm(registration, by=request.user, same_person=same_person)
    messages.success(request, _("已确认%(name)s同志报到。") % {"name": registration.name})


@require_POST
@desk_required("registrations.decide")
def confirm_many(request: StaffRequest) -> HttpResponse:
    """Confirms the ticked ones; each refusal is told with its name, the others go through."""
    pks = ids_of(request.POST.getlist("pk"))
    done = 0
    for registration in seen(request).filter(pk__in=pks[:PAGE]):
        try:
            registering.confirm(registration, by=request.user)
            done += 1
        except Refusal as refusal:
            messages.error(request, f"{registration.name}：{refusal.message}")
    if done:
        text = ngettext("已确认 %(count)d 人报到。", "已确认 %(count)d 人报到。", done)
        messages.success(request, text % {"count": done})
    return redirect("members:registrations")


@require_POST
@desk_required("registrations.see")
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    registration = get_object_or_404(seen(request), pk=pk)
    field, reason = request.GET.get("field", "mobile"), request.POST.get("reason", "")
    require(request.user, "members.reveal")
    try:
        privacy.reveal(registration, field, reason=reason, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("members:registration", pk)


@require_safe
@desk_required("registrations.see")
def reconciliation(request: StaffRequest) -> HttpResponse:
    """三清: counts per unit or community, and the people behind each count."""
    by = "community" if request.GET.get("by") == "community" else "unit"
    which = request.GET.get("list", "")
    context: dict[str, Any] = {"by": by, "which": which, "counts": reconciling.counts(request.user)}
    if which in reconciling.LISTS:
        rows = reconciling.rows(which, request.user, request.GET)
        context["page"] = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    else:
        context["table"] = reconciling.table(request.user, by)
    return render(request, "members/registration/reconciliation.html", context)
