"""The city takes a publicity back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from flags.models import AssessmentRun
from flags.publicity.taking_back import take_back_publicity
from members.access import StaffRequest, desk_required
from xianfeng.ui.views import attempt


@require_POST
@desk_required("assessments.run")
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(AssessmentRun.objects.visible_to(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: take_back_publicity(run, reason=reason, by=request.user)):
        messages.success(request, _("公示已撤回，正在通知收到过公示的每个人。请更正后重新计算、再次公示。"))
    return redirect("flags:assessment", pk)
