"""Teams on the member's phone: those of the community, one's own, and what who leads them may do."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access import MemberRequest, member_required
from members.models import Member, Team, TeamRole
from members.teams import founding, joining, rules
from members.teams.acts import act_of
from members.teams.forms import RoleForm, TeamForm, WordsForm, values_of
from xianfeng.ui.views import attempt, page_of, posted, submit

CARDS, MOST_FOUND = 20, 10


@require_safe
@never_cache
@member_required
def list_(request: MemberRequest) -> HttpResponse:
    """What waits for an answer, one's own teams, then the community's."""
    own = request.member.team_roles.live().select_related("team")
    others = Team.objects.of(request.member).filter(state=Team.State.ACTIVE)
    others = others.exclude(pk__in=own.values("team"))
    context = {"own": own.order_by("state", "pk"), "page": page_of(request, others, CARDS)}
    return render(request, "members/teams/my_teams.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def propose(request: MemberRequest) -> HttpResponse:
    form = TeamForm(posted(request))
    if team := submit(form, lambda: founding.propose(request.member, by=request.user, **values_of(form))):
        messages.success(request, _("已提交，社区确认后通知您。"))
        return redirect("members:my_team", team.pk)
    return render(request, "members/teams/propose.html", {"form": form})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def team(request: MemberRequest, pk: int) -> HttpResponse:
    """One team; POST `decision` = ask, or one of `acts`."""
    found = get_object_or_404(Team.objects.of(request.member).select_related("community"), pk=pk)
    if request.method == "POST":
        return decide(request, found)
    return render(request, "members/teams/my_team.html", shown(request, found))


def decide(request: MemberRequest, found: Team) -> HttpResponse:
    if request.POST.get("decision") == "ask":
        if attempt(request, lambda: joining.ask(found, request.member, by=request.user)):
            messages.success(request, _("已申请，队长答复后通知您。"))
        return redirect("members:my_team", found.pk)
    act, done = act_of(request, found, request.user)
    if attempt(request, act):
        messages.success(request, done)
    return redirect("members:my_team", found.pk)


def shown(request: MemberRequest, found: Team) -> dict[str, Any]:
    roles = found.roles.live().select_related("member__unit")
    own = roles.filter(member=request.member).first()
    leads = rules.acts_for(request.user, found) and found.is_active
    is_leader = bool(leads and own and own.is_leader)
    query = request.GET.get("q", "").strip()
    return {
        "team": found,
        "own": own,
        "leads": leads,
        "is_leader": is_leader,
        "roles": roles.serving().order_by("role", "pk"),
        "waiting": roles.exclude(state=TeamRole.State.SERVING) if leads else [],
        "may_ask": own is None and found.is_active and found.community_id == request.member.community_id,
        "found": people(found, query) if leads and query else None,
        "q": query,
        "role_form": RoleForm(),
    }


def people(found: Team, query: str) -> QuerySet[Member]:
    """Registered people of the community by name who are not in it yet; nobody's number is asked or shown."""
    here = Member.objects.registered().filter(community=found.community_id, name__contains=query)
    others = here.exclude(pk__in=found.roles.live().values("member"))
    return others.select_related("unit").order_by("pinyin", "pk")[:MOST_FOUND]


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Team.objects.of(request.member), pk=pk)
    rules.demand(rules.acts_for(request.user, found))
    form = WordsForm(posted(request), initial={"purpose": found.purpose, "skills": found.skills})
    if submit(form, lambda: founding.change(found, by=request.user, **values_of(form))):
        messages.success(request, _("已保存。"))
        return redirect("members:my_team", pk)
    return render(request, "members/teams/edit.html", {"form": form, "team": found})
