"""One member's place on a task, the evidence of presence, and the community's decision."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from flags.models import FlagEntry
from members.models import Member, Organization, Team
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

    def taken(self) -> "ClaimQuerySet":
        """Places whose holders said that they come."""
        return self.filter(state__in=Claim.State.TAKEN)

    def pending(self) -> "ClaimQuerySet":
        """In line, or with an offer to answer."""
        return self.filter(state__in=Claim.State.PENDING)

    def live(self) -> "ClaimQuerySet":
        """What a change of the task concerns: places taken or offered, and who waits for one."""
        return self.filter(state__in=Claim.State.LIVE)

    def in_line(self) -> "ClaimQuerySet":
        """Who waits, first come first."""
        return self.filter(state=Claim.State.WAITING).order_by("waiting_since", "pk")

    def with_rank(self) -> "ClaimQuerySet":
        """Adds `in_front`: how many wait before this one for the same task."""
        earlier = Q(waiting_since__lt=OuterRef("waiting_since"))
        before = earlier | Q(waiting_since=OuterRef("waiting_since"), pk__lt=OuterRef("pk"))
        others = Claim.objects.filter(before, task=OuterRef("task"), state=Claim.State.WAITING)
        count = others.order_by().values("task").annotate(count=Count("pk")).values("count")
        return self.annotate(in_front=Coalesce(Subquery(count), 0))

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
        WAITING = "waiting", "warning", _("候补中")
        OFFERED = "offered", "accent", _("待确认")
        WITHDRAWN = "withdrawn", "neutral", _("已退出")
        DECLINED = "declined", "neutral", _("未接受")
        EXPIRED = "expired", "neutral", _("候补结束")
        FREED = "freed", "neutral", _("任务取消")
        VERIFIED = "verified", "success", _("已亮旗")
        DENIED = "denied", "danger", _("不予认定")
        NO_SHOW = "no_show", "danger", _("未到场")

        OPEN = states(CLAIMED)
        DECIDED = states(VERIFIED, DENIED, NO_SHOW)
        # Said yes to, and so the person's own as every limit counts it.
        TAKEN = states(CLAIMED, VERIFIED, DENIED, NO_SHOW)
        # Counted in the task's `places_taken`: an offer keeps the place until it is answered.
        HOLDS_PLACE = states(CLAIMED, OFFERED, VERIFIED, DENIED, NO_SHOW)
        # On the waiting list: in line, or with an offer to answer.
        PENDING = states(WAITING, OFFERED)
        # Still leads somewhere; a cancelled task frees all of these.
        LIVE = states(CLAIMED, WAITING, OFFERED)
        # Over before any service; the same row starts anew.
        LEFT = states(WITHDRAWN, DECLINED, EXPIRED)
        SERVES = states(CLAIMED, VERIFIED)

    class Presence(States):
        UNKNOWN = "", "neutral", _("未记录")
        PRESENT = "present", "success", _("到场")
        ABSENT = "absent", "danger", _("未到场")

    task = models.ForeignKey(Task, models.CASCADE, related_name="claims", verbose_name=_("任务"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="claims", verbose_name=_("党员"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.CLAIMED)
    claimed_at = models.DateTimeField(_("接单时间"), default=timezone.now)
    # 候补: since when in line, which is the rank, and until when the offered place is kept.
    waiting_since = models.DateTimeField(_("候补时间"), null=True, blank=True, editable=False)
    offered_until = models.DateTimeField(_("确认截止"), null=True, blank=True, editable=False)
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
    # 服务队: whose leader asked for the place in the holder's name.
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("服务队"),
        db_index=False,
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
    is_waiting = StateIn({State.WAITING})
    is_offered = StateIn({State.OFFERED})
    is_pending = StateIn(State.PENDING)
    is_live = StateIn(State.LIVE)
    holds_place = StateIn(State.HOLDS_PLACE)
    has_left = StateIn(State.LEFT)
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
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False), name="claim_waits_since"
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False), name="claim_offered_until"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="claim_member_state"),
            # The few rows that the list and its clock read; other claims cost nothing more.
            models.Index(
                fields=["task", "waiting_since", "id"], condition=Q(state="waiting"), name="claim_in_line"
            ),
            models.Index(fields=["team"], condition=Q(team__isnull=False), name="claim_of_team"),
            models.Index(fields=["offered_until"], condition=Q(state="offered"), name="claim_offers_out"),
        ]

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
