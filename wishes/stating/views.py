"""Staff write a wish down for somebody who cannot."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.access import StaffRequest, desk_required
from wishes.stating import stating
from wishes.stating.forms import EnterForm
from xianfeng.ui.views import posted, submit


@desk_required("wishes.handle")
@require_http_methods(["GET", "POST"])
def enter(request: StaffRequest) -> HttpResponse:
    form = enter_form(request)
    if wish := submit(form, lambda: stating.enter(**form.values(), by=request.user)):
        messages.success(request, _("心愿已填报，查询码 %(code)s，请告诉居民。") % {"code": wish.code})
        return redirect("wishes:detail", wish.pk)
    return render(request, "wishes/stating/enter.html", {"form": form})


def enter_form(request: StaffRequest) -> EnterForm:
    return EnterForm(posted(request), user=request.user)
