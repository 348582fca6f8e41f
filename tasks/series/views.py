"""Desk pages of a series: its list, its dates, publishing it, and changing all that follow."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from tasks.desk import fetch
from tasks.models import Series, Task
from tasks.phases import phase_of
from tasks.publishing.forms import TaskForm
from tasks.publishing.views import form_for, start_of
from tasks.rights import demand, desk_in, may_manage
from tasks.series import changing, planning, rules
from tasks.series.forms import ProlongForm, SeriesForm
from xianfeng.lib.ids import id_of
from xianfeng.lib.times import local_date, today
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of, posted, submit


def series_of(request: StaffRequest, pk: int) -> Series:
    """One of which the desk sees a date; else 404."""
    rows = Series.objects.visible_to(request.user).select_related("publisher")
    return get_object_or_404(rows, pk=pk)


@require_safe
@desk_required("tasks.see")
def list_(request: StaffRequest) -> HttpResponse:
    """Going on first, with the next date and how many places are taken; what is over is a tab of its own."""
    now, rows = timezone.now(), Series.objects.visible_to(request.user)
    ahead = Q(last_day__gte=today())
    counts = rows.aggregate(on=Count("pk", filter=ahead), over=Count("pk", filter=~ahead))
    faces = [("on", _("进行中"), counts["on"]), ("over", _("已结束"), counts["over"])]
    tabs = tabs_of(request, faces, default="on")
    found = rows.filter(ahead if tabs.chosen.key == "on" else ~ahead).select_related("publisher")
    coming = Q(dates__starts_at__gt=now, dates__state=Task.State.PUBLISHED)
    found = found.annotate(
        next=Min("dates__starts_at", filter=coming),
        left=Count("dates", filter=coming),
        taken=Sum("dates__places_taken", filter=coming, default=0),
    )
    page = page_of(request, found.order_by("last_day", "pk"), total=tabs.chosen.count)
    return render(request, "tasks/series/list.html", {"tabs": tabs, "page": page})


@require_safe
@desk_required("tasks.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    return render(request, "tasks/series/detail.html", page_about(request, series_of(request, pk)))


def page_about(request: StaffRequest, series: Series, form: ProlongForm | None = None) -> dict[str, Any]:
    """Every date in order with what became of it, and the days of the pattern that were left out."""
    now = timezone.now()
    dates = Task.objects.visible_to(request.user).filter(series=series).order_by("series_day")
    page = page_of(request, dates)
    for task in page:
        task.phase = phase_of(task, now)
        task.was_moved = local_date(task.starts_at) != task.series_day
    kept = set(series.dates.values_list("series_day", flat=True))
    until = {"until": min(series.last_day.replace(month=12, day=31), rules.last_day_allowed())}
    if series.last_day >= until["until"]:
        until = {"until": rules.last_day_allowed()}
    return {
        "series": series,
        "page": page,
        "left_out": [day for day in series.days_until(series.last_day) if day not in kept],
        "form": form or ProlongForm(initial=until),
        "manages": desk_in(request.user, "tasks.publish", {series.publisher_id}),
    }


# --- Publishing and going on --------------------------------------------------------------------


@desk_required("tasks.publish")
def new(request: StaffRequest) -> HttpResponse:
    """First the dates are shown, then published: two clicks on one form, `?copy=` starts from a task."""
    form = SeriesForm(posted(request), publisher=request.desk.organization, initial=start_of(request))
    if request.POST.get("action") == "publish" and form.is_valid() and form.cleaned_data["days"]:
        if series := submit(form, lambda: save(request, form)):
            messages.success(
                request, _("“%(title)s”已成系列发布，党员现在可以看到。") % {"title": series.title}
            )
            return redirect("tasks:series", series.pk)
    elif request.method == "POST" and form.is_valid():
        form.show_days()
    return render(request, "tasks/publishing/form.html", {"form": form, "is_series": True})


def save(request: StaffRequest, form: SeriesForm) -> Series:
    key, insist = form.cleaned_data["key"] or None, form.cleaned_data["insist"]
    given = {**form.values(), **form.pattern(), "key": key, "insist": insist}
    return planning.create(by=request.user, publisher=request.desk.organization, **given)


@require_POST
@desk_required("tasks.publish")
def prolong(request: StaffRequest, pk: int) -> HttpResponse:
    series, form = series_of(request, pk), ProlongForm(request.POST)
    made = submit(form, lambda: planning.prolong(series, by=request.user, **form.cleaned_data))
    if made is None:
        return render(request, "tasks/series/detail.html", page_about(request, series, form))
    messages.success(request, _("已续 %(count)d 次，党员现在可以看到。") % {"count": len(made)})
    return redirect("tasks:series", pk)


# --- This date and all that follow --------------------------------------------------------------


def date_of(request: StaffRequest, pk: int) -> Task:
    """A date of a series; else 404."""
    task = fetch(request, pk)
    get_object_or_404(Series, pk=task.series_id)
    return task


@desk_required("tasks.publish")
def edit_following(request: StaffRequest, pk: int) -> HttpResponse:
    task = date_of(request, pk)
    demand(may_manage(request.user, task))
    form = form_for(request, task)
    if changed := submit(form, lambda: save_following(request, form, task)):
        messages.success(request, _("已改这次和以后各次，共 %(count)d 次。") % {"count": len(changed)})
        return redirect("tasks:series", task.series_id)
    context = {"form": form, "task": task, "is_frozen": task.claims.exists(), "is_following": True}
    return render(request, "tasks/publishing/form.html", context)


def save_following(request: StaffRequest, form: TaskForm, task: Task) -> list[Task]:
    given = form.cleaned_data
    how: dict[str, Any] = {
        "seen": id_of(given["key"]) or None, "clashes_seen": given["clashes_seen"], "insist": given["insist"],
    }  # fmt: skip
    return changing.change_following(task, by=request.user, **how, **form.values())


@require_POST
@desk_required("tasks.publish")
def cancel_following(request: StaffRequest, pk: int) -> HttpResponse:
    task, reason = date_of(request, pk), request.POST.get("reason", "")
    if ended := attempt(request, lambda: changing.cancel_following(task, reason=reason, by=request.user)):
        text = _("已取消这次和以后各次，共 %(count)d 次，接单的党员会收到一条通知。")
        messages.success(request, text % {"count": len(ended)})
    return redirect("tasks:series", task.series_id)
