"""One member's place on a task, the evidence of presence, and the community's decision."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from flags.models import FlagEntry
from members.models import Member, Organization
from members.models.people import member_scope
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .task import Task

if TYPE_CHECKING:
    from members.models import User


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: "User") -> "ClaimQuerySet":
        """The publishing branch sees the claims on its tasks; of the city's, each desk its people's."""
        if not user.desk:
            return self.filter(member__user=user)
        organization = user.desk.organization
        if organization.kind == Organization.Kind.UNIT:
            return self.filter(member__unit__path__startswith=organization.path)
        own = Q(task__publisher__path__startswith=organization.path)
        from_above = Q(task__publisher__kind=Organization.Kind.CITY) & member_scope(organization, "member__")
        return self.filter(own | from_above)

    def holding(self) -> "ClaimQuerySet":
        """Claims that occupy a place."""
        return self.filter(state__in=Claim.State.HOLDS_PLACE)

    def open(self) -> "ClaimQuerySet":
        """Taken and not yet decided."""
        return self.filter(state__in=Claim.State.OPEN)

    def entered(self) -> "ClaimQuerySet":
        """Places that staff entered for people who never signed up (补记)."""
        return self.filter(entered_by__isnull=False)

    def serving(self) -> "ClaimQuerySet":
        """Claims whose holder is at work for the resident, or was."""
        return self.filter(state__in=Claim.State.SERVES)


class Claim(models.Model):
    """接单: a member's place on a task."""

    class State(States):
        CLAIMED = "claimed", "info", _("已接单")
        WITHDRAWN = "withdrawn", "neutral", _("已退出")
        FREED = "freed", "neutral", _("任务取消")
        VERIFIED = "verified", "success", _("已亮旗")
        DENIED = "denied", "danger", _("不予认定")
        NO_SHOW = "no_show", "danger", _("未到场")

        OPEN = states(CLAIMED)
        DECIDED = states(VERIFIED, DENIED, NO_SHOW)
        HOLDS_PLACE = states(CLAIMED, VERIFIED, DENIED, NO_SHOW)
        SERVES = states(CLAIMED, VERIFIED)

    class Presence(States):
        UNKNOWN = "", "neutral", _("未记录")
        PRESENT = "present", "success", _("到场")
        ABSENT = "absent", "danger", _("未到场")

    task = models.ForeignKey(Task, models.CASCADE, related_name="claims", verbose_name=_("任务"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="claims", verbose_name=_("党员"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.CLAIMED)
    claimed_at = models.DateTimeField(_("接单时间"), default=timezone.now)
    presence = models.CharField(
        _("到场"), max_length=8, choices=Presence, default=Presence.UNKNOWN, blank=True
    )
    presence_method = models.CharField(_("签到方式"), max_length=10, choices=Task.Presence, blank=True)
    presence_at = models.DateTimeField(_("签到记录时间"), null=True, blank=True)
    presence_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签到记录人"),
    )
    # 补记: entered for somebody who never signed up, by whom, and who says that they were there.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("补记人"),
    )
    witness = models.CharField(_("证明人"), max_length=60, blank=True, default="", db_default="")
    report = models.CharField(_("服务小结"), max_length=500, blank=True)

    # Presence as it is before anybody looked: the evidence goes with the mark.
    UNMARKED: ClassVar[dict[str, Any]] = {
        "presence": "", "presence_method": "", "presence_at": None, "presence_by": None,
    }  # fmt: skip
    objects = ClaimQuerySet.as_manager()
    is_open = StateIn(State.OPEN)
    serves = StateIn(State.SERVES)
    is_verified = StateIn({State.VERIFIED})
    is_freed = StateIn({State.FREED})
    is_withdrawn = StateIn({State.WITHDRAWN})
    was_present = StateIn({Presence.PRESENT}, "presence")
    was_absent = StateIn({Presence.ABSENT}, "presence")
    is_from_sheet = StateIn({Task.Presence.SHEET}, "presence_method")

    class Meta:
        verbose_name = _("接单")
        verbose_name_plural = _("接单")
        ordering = ["claimed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "member"], name="claim_once_per_member"),
            models.CheckConstraint(
                condition=Q(entered_by=None) | ~Q(witness=""), name="claim_entered_with_a_witness"
            ),
        ]
        indexes = [models.Index(fields=["member", "state"], name="claim_member_state")]

    def __str__(self) -> str:
        return f"{self.member} · {self.task}"


class ClaimEvent(StateEvent):
    """Append-only history of a claim."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)

    class Meta(StateEvent.Meta):
        verbose_name = _("接单记录")
        verbose_name_plural = _("接单记录")


class VerificationQuerySet(models.QuerySet["Verification"]):
    def visible_to(self, user: "User") -> "VerificationQuerySet":
        return self.filter(claim__in=Claim.objects.visible_to(user))

    def standing(self) -> "VerificationQuerySet":
        return self.filter(reversed_at__isnull=True)


class Verification(models.Model):
    """认定: the decision on one claim. A reversed one stays, and another may follow."""

    class Grade(States):
        EXCELLENT = "excellent", "success", _("很好")
        GOOD = "good", "success", _("好")
        FAIR = "fair", "success", _("较好")
        DENIED = "denied", "danger", _("不予认定")
        NO_SHOW = "no_show", "danger", _("未到场")

        AWARDED = states(EXCELLENT, GOOD, FAIR)

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="verifications", verbose_name=_("接单"))
    grade = models.CharField(_("等次"), max_length=10, choices=Grade)
    minutes = models.PositiveIntegerField(_("服务时长（分钟）"), default=0)
    flags = models.PositiveSmallIntegerField(_("红旗"), default=0)
    note = models.CharField(_("说明"), max_length=LONGEST_REASON, blank=True)
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("认定人"),
    )
    verified_at = models.DateTimeField(_("认定时间"), default=timezone.now)
    entry = models.OneToOneField(
        FlagEntry,
        models.PROTECT,
        null=True,
        related_name="verification",
        verbose_name=_("红旗流水"),
    )
    reversed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤销人"),
    )
    reversal_reason = models.CharField(_("撤销原因"), max_length=LONGEST_REASON, blank=True)

    objects = VerificationQuerySet.as_manager()
    is_award = StateIn(Grade.AWARDED, "grade")

    class Meta:
        verbose_name = _("认定")
        verbose_name_plural = _("认定")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(reversed_at__isnull=True),
                name="verification_one_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} {self.get_grade_display()}"
