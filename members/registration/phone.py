"""What a member does about their own registration."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Registration, User
from members.registration import registering
from xianfeng.ui.views import attempt


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own undecided registration back. 404 for anybody else's."""
    user = cast(User, request.user)
    registration = get_object_or_404(Registration.objects.filter(user=user), pk=pk)
    if attempt(request, lambda: registering.withdraw(registration, by=user)):
        messages.success(request, _("已撤回。需要时可再扫社区二维码报到。"))
    return redirect("members:profile")
