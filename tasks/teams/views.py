"""A team's claim on the phone, and what a team did, on the phone and at the desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access import MemberRequest, StaffRequest, desk_required, member_required
from members.models import Team
from tasks.models import Task
from tasks.teams import claiming
from tasks.teams.rules import Outcome
from tasks.teams.work import done_by, tasks_of
from xianfeng.lib.ids import ids_of
from xianfeng.ui.views import attempt, page_of

ALL = "all"


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def claim(request: MemberRequest, pk: int, team_pk: int) -> HttpResponse:
    """For named members of a team that the member leads; POST `members`, and `how` = all or some."""
    task = get_object_or_404(Task.objects.for_member(request.member).select_related("publisher"), pk=pk)
    team = get_object_or_404(Team.objects.led_by(request.member), pk=team_pk)
    if request.method == "POST" and (outcomes := attempt(request, lambda: claimed(request, task, team))):
        report(request, outcomes)
        return redirect("tasks:team_claim", pk, team_pk)
    return render(request, "tasks/teams/claim.html", shown(request, task, team))


def claimed(request: MemberRequest, task: Task, team: Team) -> list[Outcome]:
    chosen = ids_of(request.POST.getlist("members"))
    all_or_none = request.POST.get("how", ALL) == ALL
    return claiming.claim_for(task.pk, team, chosen, all_or_none=all_or_none, by=request.user)


def report(request: HttpRequest, outcomes: list[Outcome]) -> None:
    """How many got a place, and of each other one why not."""
    count = sum(not one.why for one in outcomes)
    if count:
        text = ngettext(
            "已为 %(count)d 人留出名额，等本人确认。", "已为 %(count)d 人留出名额，等本人确认。", count
        )
        messages.success(request, text % {"count": count})
    for one in outcomes:
        if one.why:
            messages.warning(request, f"{one.member}：{one.why}")


def shown(request: MemberRequest, task: Task, team: Team) -> dict[str, Any]:
    """The team's people, each with their claim on the task as far as it is the team's business."""
    roles = team.roles.serving().select_related("member__unit").order_by("role", "pk")
    claims = {one.member_id: one for one in task.claims.filter(team=team)}
    return {
        "task": task,
        "team": team,
        "rows": [(role.member, claims.get(role.member_id)) for role in roles],
        "chosen": ids_of(request.POST.getlist("members")),
        "how": request.POST.get("how", ALL),
    }


@require_safe
@member_required
def my_work(request: MemberRequest, team_pk: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.of(request.member).select_related("community"), pk=team_pk)
    return render(request, "tasks/teams/my_work.html", work_of(request, team))


@require_safe
@desk_required("teams.see")
def work(request: StaffRequest, team_pk: int) -> HttpResponse:
    teams = Team.objects.visible_to(request.user).select_related("community")
    return render(request, "tasks/teams/work.html", work_of(request, get_object_or_404(teams, pk=team_pk)))


def work_of(request: HttpRequest, team: Team) -> dict[str, Any]:
    return {"team": team, "done": done_by(team), "page": page_of(request, tasks_of(team))}
