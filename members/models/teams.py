"""服务队 (帮帮团, 睦邻社): a leader and members inside one community, who serve together."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.times import today
from xianfeng.lib.transitions import StateEvent

from .organization import Organization
from .people import SEPARATOR, Member

if TYPE_CHECKING:
    from .user import User


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: "User") -> "TeamQuerySet":
        """A desk sees those of its branch; a member the community's own, and where they are or were."""
        if user.desk:
            return self.filter(community__path__startswith=user.desk.organization.path)
        return self.of(user.own_member) if user.own_member else self.none()

    def of(self, member: Member) -> "TeamQuerySet":
        near = (
            Q(community=member.community_id, state=Team.State.ACTIVE) if member.community_id else Q(pk=None)
        )
        return self.filter(near | Q(pk__in=member.team_roles.values("team")))

    def standing(self) -> "TeamQuerySet":
        return self.filter(state__in=Team.State.STANDS)

    def led_by(self, member: Member) -> "TeamQuerySet":
        """Active teams that this member may act for today, as leader or deputy."""
        acting = TeamRole.objects.acting().filter(member=member)
        return self.filter(state=Team.State.ACTIVE, pk__in=acting.values("team"))


class Team(models.Model):
    class State(States):
        PROPOSED = "proposed", "warning", _("待社区确认")
        ACTIVE = "active", "success", _("活动中")
        RETURNED = "returned", "danger", _("已退回")
        DISSOLVED = "dissolved", "neutral", _("已解散")

        STANDS = states(PROPOSED, ACTIVE)

    class Kind(models.TextChoices):
        HELPERS = "helpers", _("帮帮团")
        NEIGHBOURS = "neighbours", _("睦邻社")
        OTHER = "other", _("其他")

    name = models.CharField(_("名称"), max_length=30)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind)
    community = models.ForeignKey(Organization, models.PROTECT, related_name="teams", verbose_name=_("社区"))
    purpose = models.CharField(_("做什么"), max_length=300)
    skills = models.CharField(_("特长"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.PROPOSED)
    founded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发起人")
    )
    founded_at = models.DateTimeField(_("发起时间"), default=timezone.now, editable=False)

    objects = TeamQuerySet.as_manager()
    is_proposed = StateIn({State.PROPOSED})
    is_active = StateIn({State.ACTIVE})
    stands = StateIn(State.STANDS)

    class Meta:
        verbose_name = _("服务队")
        verbose_name_plural = _("服务队")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                condition=Q(state__in=["proposed", "active"]),
                name="team_one_of_a_name_in_a_community",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def skill_list(self) -> list[str]:
        return [part for part in self.skills.split(SEPARATOR) if part]


class TeamEvent(StateEvent):
    """Append-only history of a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("服务队记录")
        verbose_name_plural = _("服务队记录")


class TeamRoleQuerySet(models.QuerySet["TeamRole"]):
    def visible_to(self, user: "User") -> "TeamRoleQuerySet":
        return self.filter(team__in=Team.objects.visible_to(user))

    def serving(self) -> "TeamRoleQuerySet":
        return self.filter(state=TeamRole.State.SERVING)

    def live(self) -> "TeamRoleQuerySet":
        return self.filter(state__in=TeamRole.State.LIVE)

    def gone(self) -> "TeamRoleQuerySet":
        """Whose holder lives in the team's community no more, or is not registered."""
        here = Q(member__state=Member.State.REGISTERED, member__community=F("team__community"))
        return self.live().exclude(here)

    def acting(self, on: dt.date | None = None) -> "TeamRoleQuerySet":
        """Who may act for the team on a day: leader or deputy, within the term, still of the community."""
        leads = self.serving().filter(role__in=TeamRole.LEADS, until__gte=on or today())
        return leads.filter(member__state=Member.State.REGISTERED, member__community=F("team__community"))


class TeamRole(models.Model):
    """What somebody is in a team, from one day to another. Another role is another row."""

    class State(States):
        ASKED = "asked", "warning", _("申请加入")
        INVITED = "invited", "warning", _("已邀请")
        SERVING = "serving", "success", _("在队")
        REFUSED = "refused", "neutral", _("没有加入")
        ENDED = "ended", "neutral", _("已结束")

        LIVE = states(ASKED, INVITED, SERVING)

    class Role(models.TextChoices):
        LEADER = "leader", _("队长")
        DEPUTY = "deputy", _("副队长")
        MEMBER = "member", _("队员")

    LEADS = (Role.LEADER, Role.DEPUTY)

    team = models.ForeignKey(Team, models.CASCADE, related_name="roles", verbose_name=_("服务队"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="team_roles", verbose_name=_("党员"))
    role = models.CharField(_("角色"), max_length=8, choices=Role, default=Role.MEMBER)
    state = models.CharField(_("状态"), max_length=12, choices=State)
    since = models.DateField(_("从"), null=True, blank=True)
    # Of leaders and deputies, the last day of the term; of a row that ended, the last day.
    until = models.DateField(_("到"), null=True, blank=True)

    objects = TeamRoleQuerySet.as_manager()
    is_asked = StateIn({State.ASKED})
    is_invited = StateIn({State.INVITED})
    is_serving = StateIn({State.SERVING})
    is_live = StateIn(State.LIVE)
    leads = StateIn(frozenset(LEADS), "role")
    is_leader = StateIn({Role.LEADER}, "role")

    class Meta:
        verbose_name = _("服务队成员")
        verbose_name_plural = _("服务队成员")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "member"],
                condition=Q(state__in=["asked", "invited", "serving"]),
                name="team_role_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["team"], condition=Q(state="serving", role="leader"), name="team_has_one_leader"
            ),
            models.CheckConstraint(
                condition=~Q(state="serving") | Q(role="member") | Q(until__isnull=False),
                name="team_role_leads_for_a_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} · {self.member} {self.get_role_display()}"


class TeamRoleEvent(StateEvent):
    """Append-only history of a role."""

    role = models.ForeignKey(TeamRole, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("服务队成员记录")
        verbose_name_plural = _("服务队成员记录")
