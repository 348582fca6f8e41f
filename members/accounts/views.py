"""Where a visit begins, and under which appointment it goes on."""

import logging
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import RequestLoginCodeView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import entrance
from members.accounts import addresses, sessions
from members.accounts.forms import EmailForm
from members.models import User
from notices.channels import sms
from notices.channels.letters import NotPosted
from xianfeng.ui.views import attempt, posted, submit

log = logging.getLogger(__name__)


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of whoever comes: the desk, the phone, or the log-in."""
    if not request.user.is_authenticated:
        return redirect(entrance.log_in_page(request))
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


# --- The code once more -------------------------------------------------------------------------


class SendAgain(RequestLoginCodeView):
    """Another code for the same mobile, under the limits of the first and as silent about who is known.

    Whoever is too early stays there, as the last one still holds.
    """

    def get(self, *_arguments: Any, **_words: Any) -> HttpResponse:
        """Somebody came by the address alone."""
        return redirect("account_request_login_code")

    def _redirect_to_pending_stage(self, *_arguments: Any) -> None:
        """The log-in that waits for its code is the one that asks."""

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        text = _("如果这个号码已经报到，新的验证码会在一分钟内发到；之前的已作废。")
        messages.success(self.request, text)
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        for errors in form.errors.values():
            messages.error(self.request, str(errors[0]))
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


class OtherNumber(SendAgain):
    """Back to the number as it was typed, to change it. It goes by the form: an address would keep it."""

    def post(self, request: HttpRequest, *_arguments: Any, **_words: Any) -> HttpResponse:
        clear_login(request)
        form = self.get_form_class()(initial={"phone": request.POST.get("phone", "")})
        return self.render_to_response(self.get_context_data(form=form))


# --- The address --------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)
def email(request: HttpRequest) -> HttpResponse:
    """The address that serves, and the one that waits; another is asked for, or its link once more."""
    user = cast(User, request.user)
    form = EmailForm(posted(request))
    if submit(form, lambda: addresses.ask(user, form.cleaned_data["email"])):
        send_link(request, user)
        return redirect("members:email")
    return render(request, "members/accounts/email.html", {"form": form})


def send_link(request: HttpRequest, user: User) -> None:
    try:
        addresses.send_link(request, user)
    except NotPosted:
        log.exception("The link to confirm an address was not sent.")
        messages.error(request, _("现在发不出邮件，请过几分钟再试。"))
    else:
        messages.success(
            request, _("已往%(email)s发送链接，打开确认后生效。") % {"email": user.unconfirmed_email}
        )


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link. Nothing happens before the button: mail programs open links by themselves."""
    user = attempt(request, lambda: addresses.asked_by(token))
    is_here = request.user == user  # asked before all sessions end
    if user and request.method == "POST" and attempt(request, lambda: addresses.confirm(user)):
        if is_here:
            sessions.go_on(request)
        messages.success(request, _("邮箱已确认。"))
        return redirect("members:home")
    return render(request, "members/accounts/confirm_email.html", {"owner": user})


@login_not_required
@require_safe
def dev_messages(request: HttpRequest) -> HttpResponse:
    """The last short messages of the console backend, for who tries the portal without a phone."""
    if not sms.is_shown():
        raise Http404
    return render(request, "members/accounts/dev_messages.html", {"messages_sent": sms.recent()})
