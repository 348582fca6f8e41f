"""The member's one page of a muster, with two buttons."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from members.access import MemberRequest, member_required
from members.models import Member
from tasks.claiming.rules import is_in_audience, read_places
from tasks.models import Call, Muster
from tasks.models.sessions import overlap
from tasks.mustering import answering
from xianfeng.ui.views import attempt

SAID = {
    Call.State.ACCEPTED: _("已答复参加。请尽快到集合地点，注意安全。"),
    Call.State.STANDBY: _("人数已够，您记为备勤。有人来不了时会通知您。"),
    Call.State.DECLINED: _("已答复来不了，不用说明原因。"),
}


def own_call(muster: Muster, member: Member) -> Call | None:
    """None for who came into its audience after the whistle; 404 for everybody else."""
    call = muster.calls.filter(member=member).first()
    if call is None and not is_in_audience(muster.task, member):
        raise Http404
    return call


@require_GET
@never_cache
@member_required
def show(request: MemberRequest, pk: int) -> HttpResponse:
    muster = get_object_or_404(Muster.objects.select_related("task__publisher"), pk=pk)
    call, now = own_call(muster, request.member), timezone.now()
    task = muster.task
    context = {
        "muster": muster,
        "task": task,
        "call": call,
        "goes_on": muster.goes_on and request.member.is_registered,
        "place": request.member.claims.filter(task=task).first(),
        "meanwhile": [
            place
            for place in read_places(request.member.pk, now)
            if place.task_id != task.pk and place.is_taken and overlap(task, place)
        ],
    }
    return render(request, "tasks/mustering/call.html", context)


@require_POST
@member_required
def accept(request: MemberRequest, pk: int) -> HttpResponse:
    return answered(request, pk, answering.accept)


@require_POST
@member_required
def decline(request: MemberRequest, pk: int) -> HttpResponse:
    return answered(request, pk, answering.decline)


def answered(request: MemberRequest, pk: int, act: Callable[..., Call]) -> HttpResponse:
    own_call(get_object_or_404(Muster.objects.select_related("task"), pk=pk), request.member)
    if call := attempt(request, lambda: act(pk, by=request.user)):
        messages.success(request, SAID[Call.State(call.state)])
    return redirect("tasks:muster_call", pk)
