"""The search of the desk: beneath its box while one types, and as a page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from reports.searching.finding import SHORTEST, search
from xianfeng.ui.tabs import Face, tabs_of
from xianfeng.ui.views import page_of

LIVE, ON_PAGE = 5, 10  # rows of each group beneath the box, and on the page of all groups


@require_safe
@desk_required("members.see")
def found(request: StaffRequest) -> HttpResponse:
    """All groups at a glance, or one of them page by page."""
    text = request.GET.get("q", "").strip()
    groups = search(request.user, request.desk, text)
    if request.htmx:  # type: ignore[attr-defined]
        context = {
            "text": text,
            "shortest": SHORTEST,
            "groups": [(one, one.rows[:LIVE]) for one in groups],
            "is_empty": not any(one.total for one in groups),
        }
        return render(request, "reports/searching/_live.html", context)
    faces: list[Face] = [("", _("全部"), None), *((one.key, one.label, one.total) for one in groups)]
    tabs = tabs_of(request, faces, default="", param="in")
    chosen = next((one for one in groups if one.key == tabs.chosen.key), None)
    context = {"text": text, "tabs": tabs, "chosen": chosen, "shortest": SHORTEST}
    if chosen:
        context["page"] = page_of(request, chosen.rows, total=chosen.total)
    else:
        context["groups"] = [(one, one.rows[:ON_PAGE]) for one in groups if one.total]
    return render(request, "reports/searching/found.html", context)
