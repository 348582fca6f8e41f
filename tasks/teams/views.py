"""A team's claim on the phone, and what a team did, on the phone and at the desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access import MemberRequest, StaffRequest, desk_required, member_required
from members.models import Member, Team, User
from tasks.models import Claim, Task
from tasks.teams import claiming
from tasks.teams.forms import TeamClaimForm
from tasks.teams.rules import Outcome
from tasks.teams.work import done_by, tasks_of
from xianfeng.ui.views import page_of, posted, submit


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def claim(request: MemberRequest, pk: int, team_pk: int) -> HttpResponse:
    """For named members of a team that the member leads; each refusal names the person."""
    task = get_object_or_404(Task.objects.for_member(request.member).select_related("publisher"), pk=pk)
    team = get_object_or_404(Team.objects.led_by(request.member), pk=team_pk)
    rows = rows_of(task, team)
    form = TeamClaimForm(
        posted(request), people=[one for one, place in rows if not (place and place.is_live)]
    )
    if outcomes := submit(form, lambda: claimed(form, task, team, request.user)):
        report(request, outcomes)
        return redirect("tasks:team_claim", pk, team_pk)
    taken = [(one, place) for one, place in rows if place]
    context = {"task": task, "team": team, "form": form, "taken": taken}
    return render(request, "tasks/teams/claim.html", context)


def rows_of(task: Task, team: Team) -> list[tuple[Member, Claim | None]]:
    """The team's people, each with the place that the team asked for; what they took alone is their own."""
    roles = team.roles.serving().select_related("member__unit").order_by("role", "pk")
    places = {one.member_id: one for one in task.claims.filter(team=team)}
    return [(role.member, places.get(role.member_id)) for role in roles]


def claimed(form: TeamClaimForm, task: Task, team: Team, by: User) -> list[Outcome]:
    chosen = form.cleaned_data["members"]
    return claiming.claim_for(task.pk, team, chosen, all_or_none=form.all_or_none, by=by)


def report(request: HttpRequest, outcomes: list[Outcome]) -> None:
    """How many got a place, and of each other one why not."""
    count = sum(not one.why for one in outcomes)
    if count:
        messages.success(request, _("已为 %(count)d 人留出名额，等本人确认。") % {"count": count})
    for one in outcomes:
        if one.why:
            messages.warning(request, f"{one.member}：{one.why}")


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
