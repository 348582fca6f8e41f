"""Where a person's lists are kept as they like them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.access import StaffRequest, desk_required
from members.preferences import keeping
from xianfeng.ui.views import attempt


@require_POST
@desk_required("members.see")
def filters(request: StaffRequest) -> HttpResponse:
    """POST `address` and `name`: keeps what the list is narrowed to, or with `drop` forgets the name."""
    address, name = request.POST.get("address", ""), request.POST.get("name", "")
    if "drop" in request.POST:
        name = request.POST["drop"]
        keeping.drop_filter(address, name, by=request.user)
        messages.success(request, _("已删去“%(name)s”。") % {"name": name})
    elif attempt(request, lambda: keeping.keep_filter(address, name, by=request.user)):
        messages.success(request, _("已存为“%(name)s”，在“已存筛选”里一点就用。") % {"name": name.strip()})
    return redirect(address if url_has_allowed_host_and_scheme(address, None) else "reports:desk_home")


@require_POST
@desk_required("members.see")
def columns(request: StaffRequest) -> HttpResponse:
    """POST `address`, the labels on offer (`label`) and those that stay (`shown`)."""
    labels, shown = (request.POST.getlist(name) for name in ("label", "shown"))
    keeping.choose_columns(request.POST.get("address", ""), labels, shown, by=request.user)
    return HttpResponse(status=204)
