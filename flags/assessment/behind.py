"""Desk page: who is behind the pace of the year, and the button that reminds them."""

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from flags.assessment import assessing, compliance, pacing, standing
from flags.assessment.compliance import Reach
from flags.assessment.filters import BehindFilter
from flags.assessment.pacing import Clock
from flags.assessment.standing import Standings
from flags.models import Assessment
from members.access import StaffRequest, desk_required
from members.models import Member
from xianfeng.lib.ids import ids_of
from xianfeng.lib.times import today
from xianfeng.ui.tabs import chosen_key, tabs_of
from xianfeng.ui.views import ordering, page_of

SORTS = {
    "name": "member__pinyin",
    "unit": "unit__name",
    "community": "community__name",
    "flags": "live_flags",
    "missing": "short_flags",
    "hours": "short_minutes",
}
THEN = ("unit__path", "member__pinyin", "pk")


def scoped(request: StaffRequest) -> Standings:
    """This year's requirements inside the desk's scope, with flags as they are now."""
    year = today().year
    return pacing.with_gaps(standing.seen_by(request.user, year), year)


# The page's tabs.
GROUPS = {
    "behind": pacing.BEHIND, "short": standing.SHORT, "done": standing.REACHED, "exempt": standing.EXEMPT,
}  # fmt: skip
LABELS = {"behind": _("进度偏慢"), "short": _("暂未达标"), "done": _("已达标"), "exempt": _("豁免")}
REMINDED = ("behind", "short")  # who has reached the year is not asked for more
WHO = "who"  # the tab's name in the address


@require_safe
@desk_required("flags.see")
def behind(request: StaffRequest) -> HttpResponse:
    found = BehindFilter(request.GET, scoped(request), request=request)
    counts = found.qs.aggregate(**{name: Count("pk", filter=group) for name, group in GROUPS.items()})
    faces = ((who, label, counts[who]) for who, label in LABELS.items())
    tabs = tabs_of(request, faces, default="behind", param=WHO)
    rows = listed(request, found).select_related("member", "unit", "community").defer("member__address")
    page = page_of(request, rows, total=tabs.chosen.count)
    with_pace(page, Clock.at(today().year, today()))
    run = assessing.standing_forecast(today().year)
    context = {"filter": found, "page": page, "tabs": tabs, "year": today().year, "run": run}
    if tabs.chosen.key in REMINDED and request.desk.can("members.remind"):
        context["reach"] = compliance.reach(in_tab(request, found))
    context["asks_hours"] = bool(run and run.rules.get("min_minutes"))
    return render(request, "flags/assessment/behind.html", context)


def listed(request: StaffRequest, found: BehindFilter) -> Standings:
    """The rows of the tab in the order asked for: what the page and its export show."""
    return in_tab(request, found).order_by(
        *ordering(request.GET.get("sort", ""), SORTS, default="-missing", then=THEN)
    )


def in_tab(request: StaffRequest, found: BehindFilter) -> Standings:
    """Raises Http404 for a tab that does not exist."""
    rows: Standings = found.qs
    return rows.filter(GROUPS[chosen_key(request, GROUPS, default="behind", param=WHO)])


def with_pace(page: "Page[Assessment]", clock: Clock) -> None:
    """Adds to each row what should be there by now."""
    for row in page:
        row.pace = clock.pace(row.required_flags, row.months + row.exempt_months)  # type: ignore[attr-defined]


@require_POST
@desk_required("members.remind")
def remind(request: StaffRequest) -> HttpResponse:
    """The ticked people, or with `all` everybody on the filtered list."""
    members = Member.objects.visible_to(request.user)
    if "all" in request.POST:
        found = BehindFilter(request.GET, scoped(request), request=request)
        members = members.filter(assessments__in=in_tab(request, found))
    else:
        members = members.filter(pk__in=ids_of(request.POST.getlist("pk")))
    assessing.fresh_forecast(today().year)  # a reminder goes by the figures of now
    reach = compliance.reach(scoped(request).filter(member__in=members))
    report(request, reach, compliance.nudge(members, by=request.user))
    query = request.GET.urlencode()
    return redirect(reverse("flags:behind") + (f"?{query}" if query else ""))


def report(request: StaffRequest, reach: Reach, reminded: int) -> None:
    if not reach.asked:
        return messages.warning(request, gettext("请先勾选要提醒的党员。"))
    text = gettext("已提醒 %(count)s 名同志。") % {"count": reminded}
    if not (left_out := unreached(reach)):
        return messages.success(request, text)
    return messages.info(request, text + gettext("没有提醒：%(who)s。") % {"who": left_out})


def unreached(reach: Reach) -> str:
    """Who gets nothing and why, as far as there is anybody."""
    groups = (
        (reach.without_account, gettext("没有账号 %(count)s 人")),
        (reach.nudged, gettext("今天已提醒过 %(count)s 人")),
        (reach.asked - reach.short, gettext("已达标或豁免 %(count)s 人")),
    )
    return "、".join(text % {"count": count} for count, text in groups if count)
