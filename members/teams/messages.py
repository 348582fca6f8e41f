"""What is told of teams: to the community, to who leads, and to who comes and goes."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest
from members.models import Member, Team, TeamRole, User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from xianfeng.lib.times import format_date

STAFF = _("社区的书记、工作人员；无人任职的，由上级的收")
LEADS = _("队长、副队长")
PERSON = _("本人")
TEAM = Kind("team", _("服务队"), told=_("队员本人、队长和副队长，以及社区的书记、工作人员"))
KINDS = declare(TEAM)

PROPOSED = Wording(
    TEAM,
    key="team:%(team)s:proposed:%(user)s",
    subject=_("有人发起服务队，请确认：%(name)s"),
    body=_("%(person)s 发起，要做的事：%(purpose)s"),
    link="members:team",
    told=STAFF,
)
CONFIRMED = Wording(
    TEAM,
    key="team:%(team)s:confirmed",
    subject=_("服务队已确认：%(name)s"),
    body=_("可以邀请本社区的党员加入，也可以为队员接单。"),
    link="members:my_team",
    told=PERSON,
)
RETURNED = Wording(
    TEAM,
    key="team:%(team)s:returned",
    subject=_("服务队没有确认：%(name)s"),
    body=_("原因：%(reason)s。修改后可以重新发起。"),
    link="members:my_team",
    told=PERSON,
)
DISSOLVED = Wording(
    TEAM,
    key="team:%(team)s:dissolved:%(user)s",
    subject=_("服务队已解散：%(name)s"),
    body=_("原因：%(reason)s。做过的服务仍在各人的记录里。"),
    link="members:my_team",
    told=_("全体队员（办理人除外）"),
)
ASKED = Wording(
    TEAM,
    key="team-role:%(role)s:asked:%(user)s",
    subject=_("%(person)s 申请加入%(name)s"),
    body=_("请在服务队页面里答复。"),
    link="members:my_team",
    told=LEADS,
)
INVITED = Wording(
    TEAM,
    key="team-role:%(role)s:invited",
    subject=_("邀请您加入%(name)s，担任%(post)s"),
    body=_("要做的事：%(purpose)s。是否加入由您决定，不加入没有任何影响。"),
    link="members:my_team",
    told=PERSON,
)
ADMITTED = Wording(
    TEAM,
    key="team-role:%(role)s:admitted",
    subject=_("您已加入%(name)s"),
    body=_("队里接的任务会通知您本人确认。"),
    link="members:my_team",
    told=PERSON,
)
NOT_ADMITTED = Wording(
    TEAM,
    key="team-role:%(role)s:not-admitted",
    subject=_("这次没有加入%(name)s"),
    body=_("您仍可以自己接单，或加入别的服务队。"),
    link="members:my_team",
    told=PERSON,
)
AGREED = Wording(
    TEAM,
    key="team-role:%(role)s:agreed:%(user)s",
    subject=_("%(person)s 加入了%(name)s"),
    body=_("担任%(post)s。队长可以为队员接单，由本人确认。"),
    link="members:my_team",
    told=LEADS,
)
NOT_AGREED = Wording(
    TEAM,
    key="team-role:%(role)s:not-agreed:%(user)s",
    subject=_("%(person)s 没有加入%(name)s"),
    body=_("是否加入由本人决定，以后还可以再邀请。"),
    link="members:my_team",
    told=LEADS,
)
PARTED = Wording(
    TEAM,
    key="team-role:%(role)s:parted",
    subject=_("您已不在%(name)s"),
    body=_("原因：%(reason)s。做过的服务仍在您的记录里。"),
    link="members:my_team",
    told=PERSON,
)
ROLE = Wording(
    TEAM,
    key="team-role:%(role)s:given",
    subject=_("您在%(name)s的角色改为%(post)s"),
    body=_("从今天起。不愿担任的，可在服务队页面卸任或离队。"),
    link="members:my_team",
    told=PERSON,
)
LEFT = Wording(
    TEAM,
    key="team-role:%(role)s:left:%(user)s",
    subject=_("%(name)s：%(post)s%(person)s已离队"),
    body=_("%(reason)s。队长离队的，副队长先代行，请社区请人接任。"),
    link="members:team",
    told=STAFF,
)
ENDING = Wording(
    TEAM,
    key="team-role:%(role)s:ending:%(until)s:%(user)s",
    subject=_("%(name)s：%(post)s%(person)s的任期快到了"),
    body=_("任期到 %(until)s。请商量续任或交接，由队长或社区办理。"),
    link="members:team",
    told=_("社区的书记、工作人员；无人任职的，由上级的收"),
)
ENDING_OWN = Wording(
    TEAM,
    key="team-role:%(role)s:ending-own:%(until)s",
    subject=_("您在%(name)s的任期快到了"),
    body=_("任期到 %(until)s。请与社区商量续任或交接。"),
    link="members:my_team",
    told=PERSON,
)
OVER = Wording(
    TEAM,
    key="team-role:%(role)s:over:%(until)s:%(user)s",
    subject=_("%(name)s：%(post)s%(person)s的任期已满"),
    body=_("任期到 %(until)s，之后不能再为队员接单、邀请人。请社区办理续任或请人接任。"),
    link="members:team",
    told=STAFF,
)


def facts(role: TeamRole) -> dict[str, object]:
    return {
        "team": role.team_id, "role": role.pk, "name": role.team.name, "person": role.member,
        "post": role.get_role_display(), "purpose": role.team.purpose,
    }  # fmt: skip


def leads_of(team: Team, *, but: Member) -> list[User]:
    acting = TeamRole.objects.acting().filter(team=team).exclude(member=but).select_related("member__user")
    return [role.member.user for role in acting if role.member.user]


def tell_person(wording: Wording, role: TeamRole, **more: object) -> None:
    if user := role.member.user:
        send_many([wording.to(user, role.team_id, **facts(role), **more)])


def tell_staff(wording: Wording, role: TeamRole, **more: object) -> None:
    staff = staff_nearest(role.team.community).exclude(member=role.member_id)
    send_many(wording.to_each(staff, role.team_id, **facts(role), **more))


def tell_proposed(team: Team, by: Member) -> None:
    staff = staff_nearest(team.community).exclude(member=by.pk)
    about = {"team": team.pk, "name": team.name, "person": by, "purpose": team.purpose}
    send_many(PROPOSED.to_each(staff, team.pk, **about))


def tell_decided(team: Team, reason: str) -> None:
    wording = CONFIRMED if team.is_active else RETURNED
    about = {"team": team.pk, "name": team.name, "reason": reason}
    send_many([wording.to(team.founded_by, team.pk, **about)])


def tell_dissolved(team: Team, roles: Iterable[TeamRole], reason: str, by: User) -> None:
    users = [role.member.user for role in roles if role.member.user and role.member.user_id != by.pk]
    send_many(DISSOLVED.to_each(users, team.pk, team=team.pk, name=team.name, reason=reason))


def tell_asked(role: TeamRole) -> None:
    send_many(ASKED.to_each(leads_of(role.team, but=role.member), role.team_id, **facts(role)))


def tell_invited(role: TeamRole) -> None:
    tell_person(INVITED, role)


def tell_answered(role: TeamRole, *, to_member: bool) -> None:
    """Who asked gets the answer; of an invited person's answer, who leads."""
    if to_member:
        tell_person(ADMITTED if role.is_serving else NOT_ADMITTED, role)
        return
    wording = AGREED if role.is_serving else NOT_AGREED
    send_many(wording.to_each(leads_of(role.team, but=role.member), role.team_id, **facts(role)))


def tell_parted(role: TeamRole, reason: str) -> None:
    tell_person(PARTED, role, reason=reason)


def tell_role(role: TeamRole) -> None:
    tell_person(ROLE, role)


def tell_left(role: TeamRole, reason: str) -> None:
    """Of a leader or deputy: somebody has to see to it that the team is led."""
    if role.leads:
        tell_staff(LEFT, role, reason=reason)


def tell_term(role: TeamRole, *, is_over: bool) -> None:
    until = format_date(role.until, weekday=False) if role.until else ""
    if is_over:
        tell_staff(OVER, role, until=until)
        return
    tell_person(ENDING_OWN, role, until=until)
    tell_staff(ENDING, role, until=until)
