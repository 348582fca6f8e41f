"""Desk pages: records of service past, the people on them, and how many there are of which community."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import Member
from members.people.filters import matching
from tasks.desk import fetch
from tasks.models import Claim, Task
from tasks.models.claim import ClaimQuerySet
from tasks.recording import recording
from tasks.recording.forms import RecordForm
from tasks.rights import demand, may_mark_presence
from tasks.shares import NOWHERE, narrowed
from xianfeng.lib.ids import id_of, ids_of
from xianfeng.lib.times import today, year_bounds
from xianfeng.ui.tabs import Tabs, tabs_of
from xianfeng.ui.views import attempt, page_of, posted, submit

MOST_FOUND = 50  # people a search shows; who is not among them is found by a longer name


@desk_required("tasks.publish")
def record(request: StaffRequest) -> HttpResponse:
    """Something that took place without the platform; the people are entered on the next page."""
    publisher = request.desk.organization
    form = RecordForm(posted(request), publisher=publisher, initial={"organiser_name": str(request.user)})
    key = form.data.get("key") or None
    task = submit(
        form, lambda: recording.record_task(by=request.user, publisher=publisher, key=key, **form.values())
    )
    if task:
        return redirect("tasks:enter", task.pk)
    return render(request, "tasks/recording/record.html", {"form": form})


@desk_required("presence.mark")
def enter(request: StaffRequest, pk: int) -> HttpResponse:
    """Find people by name, tick who was there, say who says so."""
    task = fetch(request, pk)
    demand(may_mark_presence(request.user, task))
    if request.method == "POST":
        chosen = {id_of(value) for value in request.POST.getlist("members")}
        witness = request.POST.get("witness", "")[:60]
        made = attempt(request, lambda: recording.enter(task, chosen, witness=witness, by=request.user))
        if made:
            text = ngettext("已补记 %(count)d 人。", "已补记 %(count)d 人。", len(made)) % {
                "count": len(made)
            }
            messages.success(request, text)
            return redirect("tasks:detail", task.pk)
    asked = request.GET.get("q", "").strip()
    found = people(request, task, asked)
    context = {
        "task": task,
        "asked": asked,
        "found": found[:MOST_FOUND],
        "is_cut": len(found) > MOST_FOUND,
        "most": MOST_FOUND,
        # What a refused form held.
        "witness": request.POST.get("witness", ""),
        "ticked": ids_of(request.POST.getlist("members")),
    }
    return render(request, "tasks/recording/enter.html", context)


def people(request: StaffRequest, task: Task, asked: str) -> list[Member]:
    """People by that name who may be entered and hold no place on the task yet: those that are shown, and
    one more where there are more."""
    if not asked:
        return []
    own = recording.people_for(task, request.user).filter(matching(asked))
    held = Claim.objects.holding().filter(task=task)
    others = own.exclude(pk__in=held.values("member")).exclude(user__in=request.user.own_accounts)
    return list(others.select_related("unit", "community").order_by("pinyin", "pk")[: MOST_FOUND + 1])


@require_POST
@desk_required("presence.mark")
def take_out(request: StaffRequest, pk: int) -> HttpResponse:
    claims = Claim.objects.visible_to(request.user).select_related("task__publisher__parent", "member__user")
    claim = get_object_or_404(claims, pk=pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: recording.take_out(claim, reason=reason, by=request.user)):
        messages.success(request, _("%(name)s的补记已移出。") % {"name": claim.member})
    return redirect("tasks:detail", claim.task_id)


@require_safe
@desk_required("tasks.see")
def records(request: StaffRequest) -> HttpResponse:
    """What was entered afterwards for service of a year, by community, with its share of all places."""
    tabs = years_of(request)
    first, end = year_bounds(year := int(tabs.chosen.key))
    claims = Claim.objects.visible_to(request.user).holding()
    of_year = claims.filter(task__starts_at__gte=first, task__starts_at__lt=end)
    rows = narrowed(request, of_year.entered()).order_by("-claimed_at", "-pk")
    related = rows.select_related("member__unit", "task", "entered_by")
    context = {"year": year, "tabs": tabs, "page": page_of(request, related), "shares": shares(of_year)}
    return render(request, "tasks/recording/records.html", context)


def years_of(request: StaffRequest) -> Tabs:
    """This year and the three before, as of the year's rules."""
    years = range(today().year, today().year - 4, -1)
    faces = ((str(year), str(year), None) for year in years)
    return tabs_of(request, faces, default=str(today().year), param="year", drop=["community", "of"])


def shares(claims: ClaimQuerySet) -> list[dict[str, Any]]:
    """Per community: places entered, all places, per cent. One query; communities without any stay out."""
    entered = Count("pk", filter=Q(entered_by__isnull=False))
    by_community = claims.values("member__community", "member__community__name")
    counted: Any = by_community.annotate(entered=entered, all=Count("pk")).order_by("member__community__path")
    return [
        {
            "key": row["member__community"] or NOWHERE,
            "name": row["member__community__name"] or _("没有社区的党员"),
            "entered": row["entered"],
            "all": row["all"],
            "share": round(100 * row["entered"] / row["all"], 1),
        }
        for row in counted
        if row["entered"]
    ]
