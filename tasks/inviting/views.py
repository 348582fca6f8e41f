"""The member's answer to an invitation, and the desk's way to take invitations back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.access import MemberRequest, StaffRequest, desk_required, member_required
from tasks.desk import fetch
from tasks.inviting import inviting
from tasks.models import Invitation
from xianfeng.ui.views import attempt


@require_POST
@member_required
def decline(request: MemberRequest, pk: int) -> HttpResponse:
    """One tap, no reason."""
    own = Invitation.objects.filter(member=request.member).select_related("member", "task")
    invitation = get_object_or_404(own, pk=pk)
    attempt(request, lambda: inviting.decline(invitation, by=request.user))
    if invitation.is_declined:
        messages.success(request, _("已婉拒。不影响任何评价，截止前改变主意仍可接单。"))
    return redirect("tasks:offer", invitation.task_id)


@require_POST
@desk_required("tasks.publish")
def recall(request: StaffRequest, pk: int) -> HttpResponse:
    task, reason = fetch(request, pk), request.POST.get("reason", "")
    count = attempt(request, lambda: inviting.recall(task, by=request.user, reason=reason))
    if count:
        messages.success(request, _("已撤销 %(count)d 份邀请。") % {"count": count})
    elif count == 0:
        messages.info(request, _("没有待答复的邀请可以撤销。"))
    return redirect("tasks:detail", pk)
