"""On the member's phone: say it, take it back. At the city's desk: decide."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.access import MemberRequest, StaffRequest, desk_required, member_required
from tasks.desk import fetch
from tasks.models import Task
from tasks.objecting import objecting, rules
from xianfeng.ui.views import attempt


def concerning(request: MemberRequest, pk: int) -> Task:
    """404 for what was never offered to this member."""
    task = get_object_or_404(Task.objects.filter(state__in=Task.State.ENTERABLE), pk=pk)
    if not rules.is_concerned(task, request.member):
        raise Http404
    return task


@require_POST
@member_required
def report(request: MemberRequest, pk: int) -> HttpResponse:
    task, reason = concerning(request, pk), request.POST.get("why", "")
    if attempt(request, lambda: objecting.report(task, request.member, by=request.user, reason=reason)):
        messages.success(request, _("已反映给市里。社区不知道是谁反映的；市里裁定后会告诉您。"))
    return back_to(task, request)


def back_to(task: Task, request: MemberRequest) -> HttpResponse:
    """To one's own place, or to the offer."""
    place = task.claims.filter(member=request.member).first()
    return redirect("tasks:my_claim", place.pk) if place else redirect("tasks:offer", task.pk)


@require_POST
@member_required
def take_back(request: MemberRequest, pk: int) -> HttpResponse:
    task = concerning(request, pk)
    attempt(request, lambda: objecting.take_back(task, request.member, by=request.user))
    return back_to(task, request)


@require_POST
@desk_required("scope.review")
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    scope = Task.Scope.OUTSIDE if request.POST.get("scope") == "outside" else Task.Scope.INSIDE
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: objecting.decide(task, scope=scope, reason=reason, by=request.user)):
        messages.success(request, _("已裁定，发布的社区和反映的党员会收到通知。"))
    return redirect("tasks:detail", pk)
