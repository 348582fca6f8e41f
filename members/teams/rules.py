"""Who may do what with a team, and what is refused. Button and action ask the same functions."""

import datetime as dt
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from members.models import Member, Team, TeamRole, User
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import ChangedMeanwhile, Refusal
from xianfeng.lib.times import format_date, today

LONGEST_TERM = dt.timedelta(days=5 * 366)


class NotHere(Refusal):
    code = "not_here"


class NotActive(Refusal):
    code = "not_active"


class OwnProposal(Refusal):
    code = "own_proposal"


class NameTaken(Refusal):
    code, field = "name_taken", "name"


class InTeamAlready(Refusal):
    code = "in_team_already"


class TermWrong(Refusal):
    code, field = "term_wrong", "until"


class LeaderStays(Refusal):
    code = "leader_stays"


class PersonalDataInTeam(Refusal):
    code = "personal_data"


def keeps(user: User, team: Team) -> bool:
    """Whether the desk is that of the team's community."""
    desk = user.desk
    return bool(desk and desk.organization_id == team.community_id and desk.can("teams.keep"))


def acts_for(user: User, team: Team) -> bool:
    """Whether the user leads the team today, or stands in for who does."""
    return TeamRole.objects.acting().filter(team=team, member__user=user).exists()


def demand(allowed: bool) -> None:
    """Raises PermissionDenied where a right is missing."""
    if not allowed:
        raise PermissionDenied(_("只有本队的队长、副队长和所在社区能办理。"))


def demand_care(user: User, team: Team) -> None:
    demand(keeps(user, team) or acts_for(user, team))


def check_lives_here(member: Member, community_id: int | None) -> None:
    if not member.is_registered or member.community_id != community_id or community_id is None:
        raise NotHere(_("服务队由同一社区已报到的党员组成，%(name)s不在其中。") % {"name": member})


def check_active(team: Team) -> None:
    if not team.is_active:
        raise NotActive(_("服务队目前是“%(state)s”，不能这样办理。") % {"state": team.get_state_display()})


def check_proposed(team: Team) -> None:
    if not team.is_proposed:
        raise NotActive(_("服务队目前是“%(state)s”，不用再确认。") % {"state": team.get_state_display()})


def check_not_own(team: Team, by: User) -> None:
    """Nobody decides on their own matter (DOMAIN §3)."""
    if by.is_oneself(team.founded_by_id):
        raise OwnProposal(_("这是您本人发起的，请由同事确认或退回。"))


def check_name(community_id: int, name: str) -> None:
    if Team.objects.standing().filter(community=community_id, name=name).exists():
        raise NameTaken(_("本社区已有叫“%(name)s”的服务队，请换个名称。") % {"name": name})


def check_words(**texts: str) -> None:
    """Everybody in the community reads them. Raises PersonalDataInTeam."""
    for field, text in texts.items():
        found = [one for one in personal_data.find(text) if one.kind in personal_data.FORBIDDEN]
        if found:
            raise PersonalDataInTeam(
                _("这段文字大家都能看到，请去掉其中的%(what)s“%(text)s”。")
                % {"what": found[0].label, "text": found[0].text},
                field=field,
            )


def check_not_in(team: Team, member: Member) -> None:
    held = team.roles.live().filter(member=member).first()
    if held:
        raise InTeamAlready(
            _("%(name)s在这支队里已是“%(state)s”，不用重复办理。")
            % {"name": member, "state": held.get_state_display()}
        )


def check_term(until: dt.date | None) -> dt.date:
    """A term has an end, and one that a person can foresee."""
    latest = today() + LONGEST_TERM
    if until is None or not today() < until <= latest:
        raise TermWrong(
            _("任期到哪天须在明天至 %(latest)s 之间。") % {"latest": format_date(latest, weekday=False)}
        )
    return until


def check_may_leave(role: TeamRole) -> None:
    """Who leads hands over first, while they can: within the term, and where somebody is left to take it."""
    others = role.team.roles.serving().exclude(pk=role.pk)
    leads = role.is_leader and role.is_serving and role.team.is_active
    if leads and role.until and role.until >= today() and others.exists():
        raise LeaderStays(_("您是队长，请先把队长交给别的队员，再离队。"))


def check_state(role: TeamRole, *states: str) -> None:
    if role.state not in states:
        raise overtaken()


def overtaken() -> ChangedMeanwhile:
    return ChangedMeanwhile(_("刚刚有了变化，没有办成。请刷新页面查看最新状态。"))


def meets(check: Callable[..., object], *args: object) -> bool:
    """Whether a button is offered: the check that the action makes as well."""
    try:
        check(*args)
    except Refusal:
        return False
    return True
