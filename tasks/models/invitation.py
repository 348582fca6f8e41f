"""Being asked to take a place: it holds none, and no answer owes a reason (志愿服务条例)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization
from members.models.people import member_scope
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .task import Task

if TYPE_CHECKING:
    from members.models import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: "User") -> "InvitationQuerySet":
        """A desk sees what its branch sent and what its people got; pages show it counts, not answers."""
        if not user.desk:
            return self.filter(member__user=user)
        organization = user.desk.organization
        sent = Q(organization__path__startswith=organization.path)
        return self.filter(sent | member_scope(organization, "member__"))

    def standing(self) -> "InvitationQuerySet":
        """Not taken back."""
        return self.exclude(state=Invitation.State.RECALLED)

    def admitting(self, now: dt.datetime) -> "InvitationQuerySet":
        """Those that let a guest of another community take the place; raw statements: `admits`."""
        return self.standing().filter(is_guest=True, answer_by__gt=now)

    def waiting(self, now: dt.datetime) -> "InvitationQuerySet":
        """Not answered, and still of use."""
        return self.filter(state=Invitation.State.SENT, answer_by__gt=now)

    def answers(self, now: dt.datetime) -> dict[str, int]:
        """How many were asked, and what they said: figures, for nobody owes a reason."""
        return self.standing().aggregate(
            asked=Count("pk"),
            accepted=Count("pk", filter=Q(state=Invitation.State.ACCEPTED)),
            declined=Count("pk", filter=Q(state=Invitation.State.DECLINED)),
            waiting=Count("pk", filter=Q(state=Invitation.State.SENT, answer_by__gt=now)),
            unanswered=Count("pk", filter=Q(state=Invitation.State.SENT, answer_by__lte=now)),
        )


class Invitation(models.Model):
    """邀请: one organisation asks one member for one task; silence past `answer_by` leaves it as sent."""

    class State(States):
        SENT = "sent", "info", _("待答复")
        ACCEPTED = "accepted", "success", _("已应邀")
        DECLINED = "declined", "neutral", _("已婉拒")
        RECALLED = "recalled", "neutral", _("已撤销")

        # Somebody who did not say yes may still do so.
        OPEN = states(SENT, DECLINED)
        # A guest may take the place, or take it again.
        ADMITS = states(SENT, DECLINED, ACCEPTED)

    task = models.ForeignKey(Task, models.CASCADE, related_name="invitations", verbose_name=_("任务"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="invitations", verbose_name=_("党员"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("邀请的组织")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("邀请人")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.SENT)
    # Why this person, as the person reads it.
    reasons = models.CharField(_("理由"), max_length=200, blank=True)
    # Asked across communities: the invitation itself is what lets them take the place, until `answer_by`.
    is_guest = models.BooleanField(_("跨社区"), default=False)
    invited_at = models.DateTimeField(_("邀请时间"), default=timezone.now)
    answer_by = models.DateTimeField(_("答复截止"))

    objects = InvitationQuerySet.as_manager()
    is_declined = StateIn({State.DECLINED})

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        ordering = ["-invited_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "member"], name="invitation_once_per_member"),
        ]
        indexes = [models.Index(fields=["member", "invited_at"], name="invitation_member_recent")]

    def __str__(self) -> str:
        return f"{self.member} · {self.task}"


class InvitationEvent(StateEvent):
    """Append-only history of an invitation."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("邀请记录")
        verbose_name_plural = _("邀请记录")


def invited(alias: str) -> str:
    """The select list of a raw query, for the member's invitation (or none) under that alias, at `now`."""
    stands = f"{alias}.state <> '{Invitation.State.RECALLED.value}'"
    return (
        f"CASE WHEN {stands} THEN {alias}.id END AS invitation_id, "
        f"({alias}.is_guest AND {stands} AND {alias}.answer_by > %(now)s) AS is_guest"
    )
