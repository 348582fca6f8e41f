"""The community's desk: its teams, one team, a new one."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from members.access import StaffRequest, desk_required, require
from members.models import Team, TeamRole
from members.models.teams import TeamQuerySet
from members.teams import founding, rules
from members.teams.acts import act_of
from members.teams.forms import FoundForm, RoleForm, values_of
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of, posted, submit

FACES = (("", gettext_lazy("全部"), None), *((one.value, one.label, None) for one in Team.State))
SERVING = Count("roles", filter=Q(roles__state=TeamRole.State.SERVING))


def seen(request: StaffRequest) -> TeamQuerySet:
    return Team.objects.visible_to(request.user).select_related("community", "founded_by")


@require_safe
@desk_required("teams.see")
def list_(request: StaffRequest) -> HttpResponse:
    tabs = tabs_of(request, FACES, default="")
    teams = seen(request).annotate(people=SERVING).order_by("community__path", "name", "pk")
    rows = teams.filter(state=tabs.chosen.key) if tabs.chosen.key else teams
    return render(request, "members/teams/list.html", {"tabs": tabs, "page": page_of(request, rows)})


@require_http_methods(["GET", "POST"])
@desk_required("teams.keep")
def found(request: StaffRequest) -> HttpResponse:
    community = request.desk.organization
    form = FoundForm(posted(request), community=community.pk)
    if team := submit(form, lambda: founding.found(community, by=request.user, **values_of(form))):
        messages.success(request, _("“%(name)s”已建立，等队长本人同意。") % {"name": team.name})
        return redirect("members:team", team.pk)
    return render(request, "members/teams/found.html", {"form": form})


@require_http_methods(["GET", "POST"])
@desk_required("teams.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One team; POST `decision` = confirm, return, dissolve, part or role."""
    team = get_object_or_404(seen(request), pk=pk)
    if request.method == "POST":
        require(request.user, "teams.keep")
        act, done = act_of(request, team, request.user)
        if attempt(request, act):
            messages.success(request, done)
        return redirect("members:team", pk)
    roles = team.roles.select_related("member__unit").order_by("-state", "role", "pk")
    context = {
        "team": team,
        "page": page_of(request, roles),
        "keeps": rules.keeps(request.user, team),
        "may_decide": team.is_proposed and rules.meets(rules.check_not_own, team, request.user),
        "role_form": RoleForm(),
        "history": team.events.select_related("by").order_by("-id"),
    }
    return render(request, "members/teams/detail.html", context)
