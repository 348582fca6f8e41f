"""Desk page: who is behind the pace of the year, and the button that reminds them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from flags.assessment import assessing, compliance, pacing
from flags.assessment.filters import BehindFilter
from flags.assessment.pacing import Clock, Pacing
from flags.models import Assessment
from members.access import StaffRequest, desk_required
from members.models import Member
from xianfeng.lib.ids import ids_of
from xianfeng.lib.times import today

PAGE = 50
SORTS = {
    "name": "member__pinyin",
    "unit": "unit__name",
    "community": "community__name",
    "flags": "live_flags",
    "missing": "missing",
}


def scoped(request: StaffRequest) -> Pacing:
    """This year's requirements inside the desk's scope, with flags as they are now."""
    year = today().year
    results = Assessment.objects.visible_to(request.user).filter(run=assessing.fresh_forecast(year))
    rows = pacing.with_gaps(pacing.with_live_totals(results, year), year)
    return rows.annotate(missing=F("required_flags") - F("live_flags"))


# The page's tabs: behind by now, short of the whole year, done.
GROUPS = {"behind": pacing.BEHIND, "short": pacing.SHORT, "done": ~pacing.SHORT}


@require_safe
@desk_required("flags.see")
def behind(request: StaffRequest) -> HttpResponse:
    found = BehindFilter(request.GET, scoped(request), request=request)
    counts = found.qs.aggregate(**{name: Count("pk", filter=group) for name, group in GROUPS.items()})
    who = chosen(request)
    rows = listed(request, found).select_related("member", "unit", "community")
    paginator = Paginator(rows.defer("member__address"), PAGE)
    paginator.count = counts[who]  # known already
    context = {
        "filter": found,
        "page": with_pace(paginator.get_page(request.GET.get("page")), Clock.at(today().year, today())),
        "counts": counts,
        "who": who,
        "year": today().year,
        "today": today(),
    }
    return render(request, "flags/assessment/behind.html", context)


def listed(request: StaffRequest, found: BehindFilter) -> Pacing:
    """The rows of the tab and in the order asked for: what the page and its export show."""
    rows: Pacing = found.qs.filter(GROUPS[chosen(request)])
    return rows.order_by(*ordering(request))


def chosen(request: StaffRequest) -> str:
    who = request.GET.get("who", "")
    return who if who in GROUPS else "behind"


def with_pace[P](page: P, clock: Clock) -> P:
    for row in page:  # type: ignore[attr-defined]
        row.pace = clock.pace(row.required_flags, row.months + row.exempt_months)
    return page


def ordering(request: StaffRequest) -> list[str]:
    key = request.GET.get("sort", "-missing")
    column = SORTS.get(key.removeprefix("-"), "missing")
    return [f"-{column}" if key.startswith("-") else column, "unit__path", "member__pinyin", "pk"]


@require_POST
@desk_required("members.remind")
def remind(request: StaffRequest) -> HttpResponse:
    """The ticked people, or with `all` everybody on the filtered list."""
    members = Member.objects.visible_to(request.user)
    if "all" in request.POST:
        found = BehindFilter(request.GET, scoped(request), request=request)
        members = members.filter(assessments__in=found.qs.filter(GROUPS[chosen(request)]))
    else:
        members = members.filter(pk__in=ids_of(request.POST.getlist("pk")))
    report(request, members.count(), compliance.nudge(members, by=request.user))
    query = request.GET.urlencode()
    return redirect(reverse("flags:behind") + (f"?{query}" if query else ""))


def report(request: StaffRequest, asked: int, reminded: int) -> None:
    if not asked:
        messages.warning(request, _("请先勾选要提醒的党员。"))
    elif reminded == asked:
        messages.success(request, _("已提醒 %(count)s 人。") % {"count": reminded})
    else:
        text = _("已提醒 %(count)s 人；其余 %(left)s 人已达标、今天提醒过，或还没有账号。")
        messages.info(request, text % {"count": reminded, "left": asked - reminded})
