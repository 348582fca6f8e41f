"""The calendar: a month, a week or a list of the desk's tasks, and of the member's own and those on offer."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from members.access import MemberRequest, StaffRequest, desk_required, member_required
from tasks.calendar.filling import days_with, within
from tasks.calendar.spans import MONTH_VIEW, VIEWS, Span, day_of, span_of, weeks_of
from tasks.claiming.views import offers_for, own_claims
from tasks.models import Claim, Task
from tasks.phases import phase_of
from tasks.publishing.filters import TaskFilter
from xianfeng.lib.times import today
from xianfeng.ui.tabs import tabs_of


@require_safe
@desk_required("tasks.see")
def desk(request: StaffRequest) -> HttpResponse:
    """What the list shows under its filters, but for what was called off, day by day."""
    now = timezone.now()
    tasks = Task.objects.visible_to(request.user).exclude(state=Task.State.CANCELLED)
    found = TaskFilter(request.GET, tasks.select_related("publisher"), request=request)
    tabs, span = asked(request)
    rows = list(within(found.qs, span))
    phases = {task.pk: phase_of(task, now) for task in rows}
    context = {"filter": found, "tabs": tabs, **shown(span, rows, phases)}
    return render(request, "tasks/calendar/desk.html", context)


@require_GET
@never_cache
@member_required
def phone(request: MemberRequest) -> HttpResponse:
    """Places taken and waited for, and what is still on offer."""
    tabs, span = asked(request)
    own = {claim.task_id: claim for claim in held(request, span)}
    offers = within(offers_for(request.member, timezone.now()), span)
    tasks = {claim.task_id: claim.task for claim in own.values()} | {task.pk: task for task in offers}
    rows = sorted(tasks.values(), key=lambda task: (task.starts_at, task.pk))
    return render(request, "tasks/calendar/phone.html", {"tabs": tabs, **shown(span, rows, own)})


def held(request: MemberRequest, span: Span) -> Iterable[Claim]:
    """The member's claims that still mean something to that day: not those given back or called off."""
    tasks = within(Task.objects.filter(claims__member=request.member), span)
    states = Claim.State.HOLDS_PLACE | {Claim.State.WAITING.value}
    return own_claims(request.member).filter(task__in=[task.pk for task in tasks], state__in=states)


def asked(request: HttpRequest) -> tuple[Any, Span]:
    """The view and the day that the address names; every one of them can be kept and sent on."""
    tabs = tabs_of(request, [(key, word, None) for key, word in VIEWS], default=MONTH_VIEW, param="view")
    return tabs, span_of(tabs.chosen.key, day_of(request.GET.get("on", ""), today()))


def shown(span: Span, rows: Iterable[Task], about: dict[int, Any]) -> dict[str, Any]:
    """The days, in weeks for a grid; in a list those on which something stands."""
    days = days_with(rows, span, about)
    return {
        "span": span,
        "weeks": weeks_of(days) if span.is_grid else [],
        "listed": [day for day in days if day.entries and (day.is_chosen or not span.is_grid)],
        "is_empty": not any(day.entries for day in days if day.is_own),
        "today": today(),
    }
