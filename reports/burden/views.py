"""Pages of the burden that the platform causes: by community, and what lies behind each figure."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from members.models import Organization
from reports.burden import figures
from xianfeng.lib.times import today
from xianfeng.ui.tabs import Tabs, tabs_of
from xianfeng.ui.views import page_of

MONTHS = 6  # tabs, back from the present one


def months() -> list[dt.date]:
    """First days, the present month first."""
    found = [today().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found


def tabs(request: HttpRequest) -> Tabs:
    """Raises Http404 for a month that has no tab."""
    faces = ((f"{one:%Y-%m}", _("%(month)d月") % {"month": one.month}, None) for one in months())
    return tabs_of(request, faces, default=f"{today():%Y-%m}", param="month")


def chosen(found: Tabs) -> dt.date:
    return dt.date.fromisoformat(f"{found.chosen.key}-01")


@require_safe
@desk_required("burden.see")
def burden(request: StaffRequest) -> HttpResponse:
    found = tabs(request)
    rows = figures.burdens(request.user, chosen(found))
    context = {"tabs": found, "month": found.chosen.key, "rows": rows, "many": figures.MANY}
    return render(request, "reports/burden/burden.html", context)


@require_safe
@desk_required("burden.see")
def burden_of(request: StaffRequest, pk: int) -> HttpResponse:
    """One community: messages by kind, invitations by task."""
    places = Organization.objects.visible_to(request.user).communities()
    community, found = get_object_or_404(places, pk=pk), tabs(request)
    month = chosen(found)
    context = {
        "community": community,
        "tabs": found,
        "kinds": figures.kinds_of(request.user, community, month),
        "page": page_of(request, figures.tasks_of(request.user, community, month)),
    }
    return render(request, "reports/burden/community.html", context)
