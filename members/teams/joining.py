"""In and out of a team: by request or by invitation, and at any time out again."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Member, Team, TeamRole, TeamRoleEvent, User
from members.teams import messages, rules
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move, record

State, Role = TeamRole.State, TeamRole.Role


def ask(team: Team, member: Member, *, by: User) -> TeamRole:
    """A member asks to come in; who leads it answers. Raises NotActive, NotHere, InTeamAlready."""
    rules.demand(member.user_id == by.pk)
    role = _come(team, member, State.ASKED, by=by)
    messages.tell_asked(role)
    return role


def invite(
    team: Team, member: Member, *, by: User, role: str = Role.MEMBER, until: dt.date | None = None
) -> TeamRole:
    """Leader, deputy or community ask somebody in; only the community asks for a leader."""
    rules.demand(rules.keeps(by, team) or (role == Role.MEMBER and rules.acts_for(by, team)))
    if role in TeamRole.LEADS:
        rules.check_term(until)
    invited = _come(team, member, State.INVITED, by=by, role=role, until=until)
    messages.tell_invited(invited)
    return invited


@transaction.atomic
def _come(team: Team, member: Member, state: str, *, by: User, **fields: object) -> TeamRole:
    rules.check_active(team)
    rules.check_lives_here(member, team.community_id)
    rules.check_not_in(team, member)
    try:
        with transaction.atomic():
            role = TeamRole.objects.create(team=team, member=member, state=state, **fields)
    except IntegrityError as error:  # at once from two sides
        raise rules.overtaken() from error
    record([role], event=TeamRoleEvent, by=by)
    return role


def hold(team: Team) -> None:
    """What changes who leads comes one after the other."""
    Team.objects.select_for_update(no_key=True).filter(pk=team.pk).values_list("pk").get()


@transaction.atomic
def answer(role: TeamRole, *, yes: bool, by: User) -> TeamRole:
    """The leader to a request, the invited person to an invitation."""
    hold(role.team)
    rules.check_state(role, State.ASKED, State.INVITED)
    if role.is_invited:
        rules.demand(role.member.user_id == by.pk)
    else:
        rules.demand_care(by, role.team)
    if yes:
        rules.check_active(role.team)
        rules.check_lives_here(role.member, role.team.community_id)
        if role.is_leader:
            step_down_leader(role.team, by=by)
    was_asked = role.is_asked
    move(
        role, State.SERVING if yes else State.REFUSED, allowed={role.state}, event=TeamRoleEvent, by=by,
        refusal=rules.overtaken, since=today(),
    )  # fmt: skip
    messages.tell_answered(role, to_member=was_asked)
    return role


def step_down_leader(team: Team, *, by: User | None) -> None:
    """Who led until now goes on as a member, on a row of its own."""
    before = team.roles.serving().filter(role=Role.LEADER).first()
    if before:
        end(before, by=by, note=_("交出队长"))
        serve(team, before.member, Role.MEMBER, by=by)


def serve(
    team: Team, member: Member, role: str, *, by: User | None, until: dt.date | None = None
) -> TeamRole:
    new = TeamRole.objects.create(
        team=team, member=member, role=role, state=State.SERVING, since=today(), until=until
    )
    record([new], event=TeamRoleEvent, by=by)
    return new


def end(role: TeamRole, *, by: User | None, note: str) -> None:
    move(
        role, State.ENDED, allowed=State.LIVE, event=TeamRoleEvent, by=by, note=note, until=today(),
        refusal=rules.overtaken,
    )  # fmt: skip


@transaction.atomic
def leave(role: TeamRole, *, by: User) -> TeamRole:
    """Out, or the own request taken back. Raises LeaderStays while others are there to take over."""
    rules.demand(role.member.user_id == by.pk)
    rules.check_state(role, *State.LIVE)
    rules.check_may_leave(role)
    was_serving = role.is_serving
    end(role, by=by, note=_("本人离队"))
    if was_serving:
        messages.tell_left(role, _("本人离队"))
    return role


@transaction.atomic
def part(role: TeamRole, *, reason: str, by: User) -> TeamRole:
    """Leader or community part with somebody, who reads why. The leader is the community's to part with."""
    rules.demand(rules.keeps(by, role.team) or (not role.is_leader and rules.acts_for(by, role.team)))
    rules.check_state(role, *State.LIVE)
    why = check_reason(reason, told=_("本人会看到"))
    end(role, by=by, note=why)
    messages.tell_parted(role, why)
    return role


@transaction.atomic
def give_role(held: TeamRole, role: str, *, by: User, until: dt.date | None = None) -> TeamRole:
    """Another role from today on: a deputy is named, the lead handed over, a term renewed or laid down.

    The old row ends and a new one begins, so that each role has its days. By the leader or the community.
    """
    hold(held.team)
    leads = TeamRole.objects.acting().filter(team=held.team, role=Role.LEADER, member__user=by).exists()
    rules.demand(leads or rules.keeps(by, held.team))
    rules.check_active(held.team)
    rules.check_state(held, State.SERVING)
    rules.check_lives_here(held.member, held.team.community_id)
    term = rules.check_term(until) if role in TeamRole.LEADS else None
    if role == Role.LEADER and not held.is_leader:
        step_down_leader(held.team, by=by)
    end(held, by=by, note=_("改任%(role)s") % {"role": Role(role).label})
    new = serve(held.team, held.member, role, by=by, until=term)
    messages.tell_role(new)
    return new
