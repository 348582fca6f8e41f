"""The member's own data on the phone."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.access import MemberRequest, member_required
from members.models import ContactReveal, User
from members.people import keeping
from members.people.forms import CorrectionForm, ProfileForm
from xianfeng.ui.views import page_of, posted

LOOKS = 30


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """One's own record, or how far the registration is for whoever has no record yet."""
    user = cast(User, request.user)
    member = user.own_member
    context = {
        "member": member,
        "registration": user.registrations.select_related("community", "estate", "unit").first(),
        "number_asked": member.mobile_changes.open().first() if member else None,
        "exemptions": member.exemptions.granted() if member else [],
        "looks": ContactReveal.objects.about(user).count(),
    }
    return render(request, "members/people/profile.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest) -> HttpResponse:
    form = ProfileForm.of(request.member, posted(request))
    if form.is_valid():
        keeping.keep_profile(request.member, by=request.user, **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect("members:profile")
    return render(request, "members/people/profile_edit.html", {"form": form, "member": request.member})


@require_http_methods(["GET", "POST"])
@member_required
def correct(request: MemberRequest) -> HttpResponse:
    form = CorrectionForm(posted(request))
    if form.is_valid():
        keeping.ask_correction(request.member, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, _("更正申请已发给您的单位和社区。"))
        return redirect("members:profile")
    return render(request, "members/people/profile_correct.html", {"form": form, "member": request.member})


@require_safe
def looked_up(request: HttpRequest) -> HttpResponse:
    """Who looked at my contact data, when and why (个人信息保护法 44)."""
    rows = ContactReveal.objects.about(cast(User, request.user)).select_related("viewer", "organization")
    return render(request, "members/people/looked_up.html", {"page": page_of(request, rows, LOOKS)})
