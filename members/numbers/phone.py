"""A member changes the own number, and says so when it was somebody else."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.access import MemberRequest, member_required
from members.accounts.forms import CodeForm
from members.models import MobileChange
from members.numbers import changing, rules
from members.numbers.forms import NumberForm
from members.numbers.proven import Walk, forget
from xianfeng.ui.views import attempt, posted, submit


@require_http_methods(["GET", "POST"])
@member_required
def number(request: MemberRequest) -> HttpResponse:
    """The new number; a code goes to it. Refused here already where it cannot become theirs."""
    form = NumberForm(posted(request))
    is_free = submit(form, lambda: may_take(request, form.cleaned_data["mobile"]))
    if is_free and Walk(form.cleaned_data["mobile"]).send(request):
        return redirect("members:my_number_code")
    return render(request, "members/numbers/my_number.html", {"form": form, "member": request.member})


def may_take(request: MemberRequest, mobile: str) -> bool:
    rules.check_new(request.member, mobile)
    return True


@require_http_methods(["GET", "POST"])
@member_required
def code(request: MemberRequest) -> HttpResponse:
    walk = Walk.of(request.session)
    if walk is None:
        return redirect("members:my_number")
    form = CodeForm(posted(request))
    if submit(form, lambda: prove(request, walk, form.cleaned_data["code"])):
        forget(request.session)
        messages.success(request, _("手机号已更换，今后用新号码登录。"))
        return redirect("members:profile")
    return render(request, "members/numbers/my_number_code.html", {"form": form, "walk": walk})


def prove(request: MemberRequest, walk: Walk, text: str) -> MobileChange:
    """Raises CodeRefused, SameNumber, NumberTaken."""
    walk.prove(request, text)
    change = changing.change_own(request.member, walk.mobile, by=request.user)
    update_session_auth_hash(request, request.user)  # the others end, this one goes on
    UserSession.objects.create_from_request(request)
    return change


@require_POST
@member_required
def object_to(request: MemberRequest, pk: int) -> HttpResponse:
    """It was not me. 404 for anybody else's."""
    change = get_object_or_404(request.member.mobile_changes, pk=pk)
    if attempt(request, lambda: changing.object_to(change, by=request.user)):
        messages.success(request, _("已驳回，手机号没有改变。"))
    return redirect("members:profile")
