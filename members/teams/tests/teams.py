"""A team for tests: 帮帮团 of 青锋社区, led by 李建国."""

import datetime as dt

from members.models import Member, Team, TeamRole, User
from members.teams import founding, joining
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

WORDS = {"name": "青锋帮帮团", "kind": "helpers", "purpose": "周末帮老人修水电", "skills": "水电维修"}
NEXT_YEAR = dt.timedelta(days=365)


def user_of(member: Member) -> User:
    assert member.user is not None
    return member.user


def proposed(cast: Cast) -> Team:
    return founding.propose(cast.li, until=today() + NEXT_YEAR, by=user_of(cast.li), **WORDS)  # type: ignore[arg-type]


def make_team(cast: Cast, *members: Member) -> Team:
    team = founding.confirm(proposed(cast), by=cast.secretary)
    for member in members:
        come(team, member, cast)
    return team


def come(team: Team, member: Member, cast: Cast) -> TeamRole:
    """Invited by the leader, and said yes."""
    role = joining.invite(team, member, by=user_of(cast.li))
    return joining.answer(role, yes=True, by=user_of(member))


def role_of(team: Team, member: Member) -> TeamRole:
    """The latest one."""
    roles = TeamRole.objects.select_related("team__community", "member__user")
    return roles.filter(team=team, member=member).latest("pk")
