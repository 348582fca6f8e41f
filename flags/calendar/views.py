"""The working calendar: read by every desk that sees results, kept by the city."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from flags.calendar import entering
from flags.calendar.forms import DaysForm, StretchForm
from members.access import StaffRequest, desk_required, require
from xianfeng.lib.times import FIRST_YEAR, today
from xianfeng.lib.workdays import is_published
from xianfeng.ui.tabs import Tab, Tabs
from xianfeng.ui.views import attempt, posted, submit, valid


@require_http_methods(["GET", "POST"])
@desk_required("assessments.see")
def workdays(request: StaffRequest, year: int) -> HttpResponse:
    if not FIRST_YEAR <= year <= today().year + 1:
        raise Http404
    if request.method == "POST":
        require(request.user, "policy.edit")
    form = DaysForm(posted(request))
    if rule := submit(form, lambda: entering.enter(**form.values(), by=request.user)):
        messages.success(request, _("已录入，期限和公示天数从现在起按新的日历计算。"))
        return redirect("flags:workdays", rule.day.year)
    known = {"is_published": is_published(year), "missing": entering.missing(year)}
    context = {"form": form, "year": year, "tabs": tabs(year), **known}
    return render(request, "flags/calendar/workdays.html", {**context, "stretches": entering.stretches(year)})


def tabs(year: int) -> Tabs:
    """Next year, this one and the one before."""
    years = range(today().year + 1, today().year - 2, -1)
    return Tabs(
        Tab(str(each), str(each), reverse("flags:workdays", args=[each]), each == year) for each in years
    )


@require_POST
@desk_required("policy.edit")
def take_back(request: StaffRequest) -> HttpResponse:
    form = StretchForm(request.POST)
    if count := attempt(request, lambda: entering.take_back(**valid(form), by=request.user)):
        messages.success(request, _("已撤销 %(count)d 天，恢复为公布的日历。") % {"count": count})
    first = form.cleaned_data.get("first") or today()
    return redirect("flags:workdays", first.year)
