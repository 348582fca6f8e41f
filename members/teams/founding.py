"""A team begins, is confirmed or returned, changes what it says of itself, and ends."""

import datetime as dt
from typing import Any, TypedDict, Unpack, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Member, Organization, Team, TeamEvent, TeamRole, TeamRoleEvent, User
from members.teams import messages, rules
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move, move_all, record

State, Role = Team.State, TeamRole.Role


class Words(TypedDict):
    """What a team says of itself."""

    name: str
    kind: str
    purpose: str
    skills: str


def propose(member: Member, *, until: dt.date, by: User, **words: Unpack[Words]) -> Team:
    """A member founds a team and leads it once it is confirmed. Raises NotHere, NameTaken, TermWrong."""
    rules.demand(member.user_id == by.pk)
    rules.check_lives_here(member, member.community_id)
    return _found(
        cast(Organization, member.community), State.PROPOSED, member, TeamRole.State.SERVING, until, by, words
    )


def found(
    community: Organization, *, leader: Member, until: dt.date, by: User, **words: Unpack[Words]
) -> Team:
    """The community founds one and asks somebody to lead it: nobody is appointed unasked."""
    team = Team(community=community)
    rules.demand(rules.keeps(by, team))
    rules.check_lives_here(leader, community.pk)
    return _found(community, State.ACTIVE, leader, TeamRole.State.INVITED, until, by, words)


@transaction.atomic
def _found(
    community: Organization, state: str, leader: Member, role_state: str, until: dt.date, by: User,
    words: Words,
) -> Team:  # fmt: skip
    rules.check_name(community.pk, words["name"])
    rules.check_words(name=words["name"], purpose=words["purpose"])
    rules.check_term(until)
    team = Team(community=community, state=state, founded_by=by, **words)
    try:
        with transaction.atomic():
            team.save(force_insert=True)
    except IntegrityError as error:  # the same click twice, or the same name at the same moment
        raise rules.NameTaken(_("刚刚有人用了这个名称。请换个名称，或查看是不是同一支队。")) from error
    record([team], event=TeamEvent, by=by)
    role = TeamRole.objects.create(
        team=team, member=leader, role=Role.LEADER, state=role_state, since=today(), until=until
    )
    record([role], event=TeamRoleEvent, by=by)
    if team.is_proposed:
        messages.tell_proposed(team, leader)
    else:
        messages.tell_invited(role)
    return team


@transaction.atomic
def confirm(team: Team, *, by: User) -> Team:
    """Raises NotActive, OwnProposal."""
    rules.demand(rules.keeps(by, team))
    rules.check_proposed(team)
    rules.check_not_own(team, by)
    _move(team, State.ACTIVE, by)
    messages.tell_decided(team, "")
    return team


@transaction.atomic
def give_back(team: Team, *, reason: str, by: User) -> Team:
    """Not as it is; who proposed it reads why. Raises NotActive, OwnProposal, ReasonNeeded."""
    rules.demand(rules.keeps(by, team))
    rules.check_proposed(team)
    rules.check_not_own(team, by)
    _move(team, State.RETURNED, by, check_reason(reason, told=_("发起人会看到")))
    _end_roles(team, by, _("社区退回"))
    messages.tell_decided(team, reason)
    return team


@transaction.atomic
def change(team: Team, *, purpose: str, skills: str, by: User) -> Team:
    """What it does and can. Raises NotActive, PersonalDataInTeam."""
    rules.demand_care(by, team)
    rules.check_active(team)
    rules.check_words(purpose=purpose)
    if (team.purpose, team.skills) != (purpose, skills):
        _move(team, team.state, by, _("修改介绍"), purpose=purpose, skills=skills)
    return team


@transaction.atomic
def dissolve(team: Team, *, reason: str, by: User) -> Team:
    """For good; its service stays on record. Everybody in it is told. Raises NotActive, ReasonNeeded."""
    rules.demand_care(by, team)
    rules.check_active(team)
    why = check_reason(reason, told=_("队员会看到"))
    told = list(team.roles.live().select_related("member__user"))
    _move(team, State.DISSOLVED, by, why)
    _end_roles(team, by, _("服务队解散"))
    messages.tell_dissolved(team, told, why, by)
    return team


def _move(team: Team, to: str, by: User, note: str = "", **fields: Any) -> None:
    move(team, to, allowed=State.STANDS, event=TeamEvent, by=by, note=note, refusal=rules.overtaken, **fields)


def _end_roles(team: Team, by: User, note: str) -> None:
    move_all(
        list(team.roles.live()),
        TeamRole.State.ENDED,
        allowed=TeamRole.State.LIVE,
        event=TeamRoleEvent,
        by=by,
        note=note,
        refusal=rules.overtaken,
        until=today(),
    )
