"""What one may do to a team from its page, at the desk as on the phone: POST `decision`, with what it needs.

One table for both faces, so that a button is the same act wherever it is pressed.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.models import Member, Team, TeamRole, User
from members.teams import founding, joining
from members.teams.forms import RoleForm
from xianfeng.lib.ids import id_of
from xianfeng.ui.views import valid

type Act = tuple[Callable[[], object], str]


def act_of(request: HttpRequest, team: Team, by: User) -> Act:
    """The service that the decision names, and what is said when it is done. Raises Http404."""
    decision = request.POST.get("decision", "")
    acts = {**on_team(request, team, by), **on_role(request, team, by)}
    if decision not in acts:
        raise Http404
    return acts[decision]


def on_team(request: HttpRequest, team: Team, by: User) -> dict[str, Act]:
    reason = request.POST.get("reason", "")
    return {
        "confirm": (lambda: founding.confirm(team, by=by), _("已确认，发起人会收到通知。")),
        "return": (lambda: founding.give_back(team, reason=reason, by=by), _("已退回，发起人会看到原因。")),
        "dissolve": (
            lambda: founding.dissolve(team, reason=reason, by=by),
            _("服务队已解散，队员会收到通知。"),
        ),
        "invite": (lambda: joining.invite(team, invited(request, team), by=by), _("已邀请，等本人答复。")),
    }


def on_role(request: HttpRequest, team: Team, by: User) -> dict[str, Act]:
    reason = request.POST.get("reason", "")

    def held() -> TeamRole:
        roles = team.roles.select_related("team__community", "member__user")
        return get_object_or_404(roles, pk=id_of(request.POST.get("held", "")))

    return {
        "admit": (lambda: joining.answer(held(), yes=True, by=by), _("已办理。")),
        "refuse": (lambda: joining.answer(held(), yes=False, by=by), _("已办理。")),
        "leave": (lambda: joining.leave(held(), by=by), _("已离队。")),
        "part": (lambda: joining.part(held(), reason=reason, by=by), _("已办理，本人会看到原因。")),
        "role": (lambda: given(request, held(), by), _("已办理，本人会收到通知。")),
    }


def invited(request: HttpRequest, team: Team) -> Member:
    people = Member.objects.registered().filter(community=team.community_id)
    return get_object_or_404(people, pk=id_of(request.POST.get("member", "")))


def given(request: HttpRequest, held: TeamRole, by: User) -> TeamRole:
    """Raises Refusal with what is wrong with the form."""
    values = valid(RoleForm(request.POST))
    return joining.give_role(held, values["role"], until=values["until"], by=by)
