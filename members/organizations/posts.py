"""Desk pages of posts: who holds one, who is appointed, who leaves, and what a second person decides."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import desks
from members.access import StaffRequest, desk_required
from members.accounts.inviting import invite_appointed
from members.models import Appointment, Elevation, User
from members.organizations import appointing, elevating
from members.organizations.filters import AppointmentFilter
from members.organizations.forms import AppointmentForm, EndForm
from xianfeng.lib.times import today
from xianfeng.ui.views import attempt, page_of, posted, submit


@require_http_methods(["GET", "POST"])
@desk_required("appointments.grant")
def appointments(request: StaffRequest) -> HttpResponse:
    form = AppointmentForm(posted(request), user=request.user, initial={"starts_on": today()})
    if granted := submit(form, lambda: grant(request, form)):
        messages.success(request, told(granted) % {"name": granted.user})
        return redirect("members:appointments")
    rows = Appointment.objects.visible_to(request.user).select_related("user", "organization")
    found = AppointmentFilter(request.GET, rows, request=request)
    asked = Elevation.objects.visible_to(request.user).open()
    asked = asked.select_related("user", "organization", "asked_by")
    mine = asked.for_a_second(request.user)
    context = {
        "filter": found,
        "page": page_of(request, found.qs.order_by("organization__path", "role", "-starts_on", "pk")),
        "form": form,
        "asked": [
            (_("待您确认"), list(mine)),
            (_("待别人确认"), list(asked.exclude(pk__in=mine.values("pk")))),
        ],
    }
    return render(request, "members/organizations/appointments.html", context)


def told(granted: Appointment | Elevation) -> str:
    if isinstance(granted, Elevation):
        return _("已提请任命%(name)s，等第二人确认后生效。")
    return _("已任命%(name)s。")


def grant(request: StaffRequest, form: AppointmentForm) -> Appointment | Elevation:
    """Raises NotGrantable."""
    granted = elevating.appoint_by_name(**form.cleaned_data, by=request.user)
    if isinstance(granted, Appointment):
        invite_appointed(request, granted.user)
    return granted


@require_http_methods(["GET", "POST"])
@desk_required("appointments.grant")
def end_appointment(request: StaffRequest, pk: int) -> HttpResponse:
    """What is open where the last one leaves, and who takes over."""
    rows = Appointment.objects.visible_to(request.user).select_related("user", "organization")
    appointment = get_object_or_404(rows, pk=pk)
    form = EndForm(posted(request))
    if submit(form, lambda: end(request, appointment, form.successor())):
        messages.success(request, _("已终止%(name)s的任职。") % {"name": appointment.user})
        return redirect("members:appointments")
    is_last = desks.is_last(appointment)
    context = {
        "appointment": appointment,
        "form": form,
        "is_last": is_last,
        "works": list(desks.open_work(appointment.organization)) if is_last else [],
    }
    return render(request, "members/organizations/end_appointment.html", context)


def end(
    request: StaffRequest, appointment: Appointment, successor: appointing.Successor | None
) -> Appointment:
    """Raises AlreadyDecided or NotGrantable."""
    if successor is None:
        return appointing.end(appointment, by=request.user)
    granted = appointing.hand_over(appointment, successor, by=request.user)
    invite_appointed(request, granted.user)
    return granted


@require_http_methods(["GET", "POST"])
def elevation(request: HttpRequest, pk: int) -> HttpResponse:
    """What a second person decides. System administrators, who have no desk, do so in the admin."""
    user = cast(User, request.user)
    if user.is_superuser:
        return redirect("admin:members_elevation_change", pk)
    if not (user.desk and user.desk.can("appointments.grant")):
        raise PermissionDenied(_("市级任命由市级工作人员和系统管理员办理。"))
    rows = Elevation.objects.visible_to(user).select_related("user", "organization", "asked_by", "decided_by")
    asked = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        attempt(request, lambda: decide(request, asked, user))
        return redirect("members:elevation", pk)
    context = {
        "elevation": asked,
        "is_asker": user.pk == asked.asked_by_id,
        "may_decide": elevating.deciders(asked).filter(pk=user.pk).exists(),
        "nobody_may": not elevating.deciders(asked).exists(),
        "events": asked.events.select_related("by").order_by("-id"),
    }
    return render(request, "members/organizations/elevation.html", context)


def decide(request: HttpRequest, asked: Elevation, by: User) -> Elevation:
    """POST `decision` = confirm, refuse (with `reason`) or withdraw."""
    decision = request.POST.get("decision")
    if decision == "confirm":
        done = elevating.confirm(asked, by=by)
        invite_appointed(request, done.user)
        messages.success(request, _("已确认，%(name)s的任命生效。") % {"name": done.user})
        return done
    if decision == "refuse":
        return elevating.refuse(asked, reason=request.POST.get("reason", ""), by=by)
    return elevating.withdraw(asked, by=by)
