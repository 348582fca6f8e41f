"""Desk pages: what waits for the city, and the buttons on a task that waits."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import User
from tasks.desk import fetch
from tasks.reviewing import reviewing, waiting
from xianfeng.lib.times import today
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of


@require_safe
@desk_required("scope.see")
def list_(request: StaffRequest) -> HttpResponse:
    rows = faces_of(request.user)
    faces = ((key, word, found.count()) for key, (word, found) in rows.items())
    tabs = tabs_of(request, faces, default="waiting")
    page = page_of(request, rows[tabs.chosen.key][1], total=tabs.chosen.count)
    doubts = [waiting.Doubt(task) for task in page] if tabs.chosen.key == "doubted" else []
    context = {"tabs": tabs, "page": page, "doubts": doubts, "today": today()}
    return render(request, "tasks/reviewing/list.html", context)


def faces_of(user: User) -> dict[str, tuple[str, QuerySet[Any]]]:
    """What one decides, what of it is late, what is for a colleague to decide, and what members doubt."""
    waiting_ones = waiting.in_review(user)
    others = waiting_ones.for_a_second(user)
    return {
        "waiting": (_("待审核"), others),
        "overdue": (_("已超期"), others.overdue()),
        "colleague": (_("等同事审核"), waiting_ones.exclude(pk__in=others.values("pk"))),
        "doubted": (_("党员反映"), waiting.doubted(user)),
    }


@require_POST
@desk_required("scope.review")
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    task, note = fetch(request, pk), request.POST.get("note", "")
    if attempt(request, lambda: reviewing.approve(task, by=request.user, note=note)):
        messages.success(request, _("“%(title)s”已通过并发布，发布人会收到通知。") % {"title": task.title})
    return redirect("tasks:detail", pk)


@require_POST
@desk_required("scope.review")
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    task, reason = fetch(request, pk), request.POST.get("reason", "")
    if attempt(request, lambda: reviewing.send_back(task, reason=reason, by=request.user)):
        messages.success(request, _("“%(title)s”已退回，发布人会看到原因。") % {"title": task.title})
    return redirect("tasks:detail", pk)


@require_POST
@desk_required("tasks.publish")
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    if attempt(request, lambda: reviewing.take_back(task, by=request.user)):
        messages.success(request, _("已撤回，任务回到草稿，可以修改后再发布。"))
    return redirect("tasks:detail", pk)
