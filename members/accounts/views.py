"""Where a visit begins, and under which appointment it goes on."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.models import User
from notices.channels import sms


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of whoever comes: the desk, the phone, or the log-in."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    return redirect(home_of(request.user))


def home_of(user: User) -> str:
    if user.desk:
        return reverse("reports:desk_home")
    if user.is_superuser:
        return reverse("admin:index")
    return reverse("reports:me" if user.own_member else "members:profile")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Act under another of one's own appointments from now on. 404 for anybody else's."""
    desks = {str(desk.pk): desk for desk in request.desks}  # type: ignore[attr-defined]
    desk = desks.get(request.POST.get("desk", ""))
    if desk is None:
        raise Http404
    request.session["desk"] = desk.pk
    messages.success(request, _("已切换到%(desk)s。") % {"desk": desk})
    return redirect(safe_next(request) or "members:home")


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards, if that is a page of this portal."""
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""


@login_not_required
@require_safe
def dev_messages(request: HttpRequest) -> HttpResponse:
    """The last short messages of the console backend, for developers without a phone. DEBUG only."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "members/accounts/dev_messages.html", {"messages_sent": sms.recent()})
