"""The desk takes a declined wish up again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.access import StaffRequest, desk_required
from wishes.models import Wish
from wishes.reopening import reopening
from xianfeng.ui.views import attempt


@desk_required("wishes.handle")
@require_POST
def take_up_again(request: StaffRequest, pk: int) -> HttpResponse:
    rows = Wish.objects.visible_to(request.user).select_related("organization__parent")
    wish, reason = get_object_or_404(rows, pk=pk), request.POST.get("reason", "")
    if attempt(request, lambda: reopening.take_up_again(wish, reason=reason, by=request.user)):
        messages.success(request, _("已恢复办理，回到“待受理”。下一步：受理，或受理并发布。"))
    return redirect("wishes:detail", pk)
