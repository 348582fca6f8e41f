"""Pages of the balance between communities and of the year-end rush."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import Organization
from tasks.balancing import planning, rush, wanting
from tasks.balancing.figures import Figures, Month, months_ahead
from tasks.models import BalanceRow
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import local_date
from xianfeng.ui.tabs import Tabs, tabs_of
from xianfeng.ui.views import attempt

WIDEST = 8  # bars of a chart


def month_of(request: HttpRequest) -> Month:
    """Raises Http404 for a month that cannot be balanced."""
    try:
        return Month.of(request.GET.get("month", ""))
    except Refusal as refusal:
        raise Http404(refusal.message) from refusal


def months(request: HttpRequest) -> Tabs:
    present = Month.of("")
    faces = ((str(one), _("%(month)d月") % {"month": one.first.month}, None) for one in months_ahead(present))
    return tabs_of(request, faces, default=str(present), param="month")


@require_safe
@desk_required("balance.see")
def balance(request: StaffRequest) -> HttpResponse:
    """Who has too few places, who has some to spare; and the plan, of which the city sends each row."""
    month, tabs = month_of(request), months(request)
    found = planning.reckon(month)
    seen = [row for row in found.balance.communities if request.desk.organization.contains(row.community)]
    rows = sorted(filter(Figures.is_telling, seen), key=lambda row: (-row.lacking, -row.spare))
    planned = BalanceRow.objects.visible_to(request.user).filter(month=month.first)
    context = {
        "month": month,
        "tabs": tabs,
        "rows": [(row, found.plan.pooled.get(row.community.pk, 0), links_of(row, month)) for row in rows],
        "others": len(seen) - len(rows),
        "lacking": bars((row.community, row.lacking) for row in rows),
        "planned": planned.exclude(state=BalanceRow.State.REPLACED).select_related("origin", "host"),
        "pooled": found.balance.pooled,
        "worth": found.balance.worth,
        "unmet": sum(found.plan.unmet.get(row.community.pk, 0) for row in rows),
        "can_plan": request.desk.can("balance.plan"),
    }
    return render(request, "tasks/balancing/balance.html", context)


def links_of(row: Figures, month: Month) -> Mapping[str, str]:
    """Where the rows behind a community's figures stand."""
    last = planning.last_day(month)
    short = {"who": "short", "community": row.community.pk}
    span = {"since": local_date(month.starts_at).isoformat(), "until": last.isoformat()}
    free = {"under": row.community.pk, "places": "free", **span}
    return {
        "short": f"{reverse('flags:behind')}?{urlencode(short)}",
        "to_come": f"{reverse('tasks:list')}?{urlencode(free)}",
    }


def bars(counts: Iterator[tuple[Organization, int]]) -> list[tuple[str, int]]:
    """The highest first."""
    found = sorted(((str(place), count) for place, count in counts if count), key=lambda bar: -bar[1])
    return found[:WIDEST]


@require_POST
@desk_required("balance.plan")
def make(request: StaffRequest) -> HttpResponse:
    """Reckon the month's plan anew; what was sent stands."""
    month = month_of(request)
    rows = planning.make(month, by=request.user)
    if rows:
        text = _("新方案有 %(count)d 行，请逐行查看后发出邀请。") % {"count": len(rows)}
        messages.success(request, text)
    else:
        messages.info(request, _("没有需要跨社区邀请的：要么都不缺，要么没有富余。"))
    return redirect(f"{reverse('tasks:balance')}?month={month}#plan")


@desk_required("balance.plan")
def row(request: StaffRequest, pk: int) -> HttpResponse:
    """Whom this row would ask for what; the button asks them."""
    planned = get_object_or_404(
        BalanceRow.objects.visible_to(request.user).select_related("origin", "host"), pk=pk
    )
    month = attempt(request, lambda: Month.of(f"{planned.month:%Y-%m}"))
    if month is None:
        return redirect("tasks:balance")
    back = f"{reverse('tasks:balance')}?month={month}#plan"
    if request.method == "POST":
        sent = attempt(request, lambda: planning.send(planned, month, by=request.user))
        if sent:
            report(request, sent)
        return redirect(back)
    context = {"row": planned, "proposals": planning.proposals(planned, month), "back": back}
    return render(request, "tasks/balancing/row.html", context)


def report(request: StaffRequest, sent: planning.Sent) -> None:
    messages.success(request, _("已邀请 %(count)d 人，两边的社区都收到通知。") % {"count": sent.invited})
    for reason, names in sent.left_out.items():
        text = _("没有邀请%(names)s：%(reason)s") % {"names": "、".join(names), "reason": reason}
        messages.warning(request, text)


@require_POST
@desk_required("balance.plan")
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    planned = get_object_or_404(BalanceRow.objects.visible_to(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    attempt(request, lambda: planning.drop(planned, reason=reason, by=request.user))
    return redirect(f"{reverse('tasks:balance')}?month={planned.month:%Y-%m}#plan")


@require_safe
@desk_required("balance.see")
def year_end(request: StaffRequest) -> HttpResponse:
    """In which week places will not suffice, and which communities to ask for more."""
    now = timezone.now()
    seen = [one for one in rush.outlook(now) if request.desk.organization.contains(one.community)]
    rows = [one for one in seen if one.needed or one.offered]
    context = {
        "rows": rows,
        "others": len(seen) - len(rows),
        "asked": wanting.asked_this_week(now),
        "gaps": [(f"{week.first:%m-%d}", week.gap) for week in rush.together(rows)],
        "needed": sum(one.needed for one in rows),
        "offered": sum(one.offered for one in rows),
        "late": sum(one.late for one in rows),
        "first_short": min((one.first_short for one in rows if one.first_short), default=None),
        "is_early": local_date(now).month < rush.SEPTEMBER,
        "can_plan": request.desk.can("balance.plan"),
    }
    return render(request, "tasks/balancing/year_end.html", context)


@require_POST
@desk_required("balance.plan")
def want_more(request: StaffRequest) -> HttpResponse:
    """Ask the ticked communities to offer more places."""
    count = attempt(request, lambda: wanting.ask(request.POST.getlist("pk"), by=request.user))
    if count:
        messages.success(request, _("已请 %(count)d 个社区增发任务。") % {"count": count})
    return redirect("tasks:year_end")
