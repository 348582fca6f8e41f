"""What is volunteer service and what is not: the city's rules, what they stopped, and what members say."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.times import today

from .task import Task

if TYPE_CHECKING:
    from members.models import User


class ScopeRuleQuerySet(models.QuerySet["ScopeRule"]):
    def visible_to(self, user: "User") -> "ScopeRuleQuerySet":
        """Common to all desks, as the catalogue is."""
        return self.all() if user.desk else self.none()

    def active(self) -> "ScopeRuleQuerySet":
        return self.filter(is_active=True)


class ScopeRule(models.Model):
    """What does not belong into a task, in words that a secretary can edit (see `tasks.scope.matching`)."""

    class Action(States):
        WARN = "warn", "info", _("提醒，写明理由可以发布")
        REVIEW = "review", "warning", _("先送市里审核")

    code = models.CharField(_("编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    basis = models.CharField(
        _("理由和依据"),
        max_length=300,
        help_text=_("发布人会看到：为什么不属于志愿服务，依据是什么。"),
    )
    words = models.TextField(
        _("说法"),
        max_length=4000,
        help_text=_(
            "一行一种说法。顿号表示“或”，加号表示“都要有”：“录入、填报 + 表格、台账”是两边各有一个词就算。"
            "“…”表示中间可以隔三个字以内。"
        ),
    )
    exceptions = models.TextField(
        _("除外"), max_length=2000, blank=True, help_text=_("写法相同。同一句话里有这些说法的不算。")
    )
    finds = models.TextField(
        _("应当认出的标题"),
        max_length=2000,
        help_text=_("一行一个，至少一个。保存时逐个试过，认不出的不能保存。"),
    )
    passes = models.TextField(
        _("不应认出的标题"),
        max_length=2000,
        help_text=_("一行一个，至少一个。保存时逐个试过，误认的不能保存。"),
    )
    action = models.CharField(_("处理"), max_length=8, choices=Action, default=Action.WARN)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = ScopeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务范围规则")
        verbose_name_plural = _("服务范围规则")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def visible_to(self, user: "User") -> "ScreeningQuerySet":
        """With its task: the publisher's branch sees why it was stopped; nobody else's business."""
        return self.filter(task__in=Task.objects.visible_to(user))

    def open(self) -> "ScreeningQuerySet":
        return self.filter(outcome=Screening.Outcome.WAITING)

    def for_a_second(self, user: "User") -> "ScreeningQuerySet":
        """Those that wait for somebody else than who asked: nobody decides on their own matter."""
        own = user.own_accounts
        return self.open().exclude(asked_by__in=own).exclude(task__created_by__in=own)

    def overdue(self) -> "ScreeningQuerySet":
        """Of these or all, what waits too long."""
        return self.filter(outcome=Screening.Outcome.WAITING, due__lt=today())


class Screening(models.Model):
    """What spoke against a task when it was to go out, what its publisher said to it, and how it ended.

    Its history is the task's own.
    """

    class Outcome(States):
        INSISTED = "insisted", "info", _("提醒后仍发布")
        WAITING = "waiting", "warning", _("待审核")
        PASSED = "passed", "success", _("审核通过")
        RETURNED = "returned", "danger", _("退回")
        TAKEN_BACK = "taken_back", "neutral", _("发布人撤回")
        EXPIRED = "expired", "danger", _("逾期退回")

        REVIEWED = states(WAITING, PASSED, RETURNED, TAKEN_BACK, EXPIRED)
        WENT_OUT = states(INSISTED, PASSED)
        CAME_BACK = states(RETURNED, EXPIRED)

    task = models.ForeignKey(Task, models.CASCADE, related_name="screenings", verbose_name=_("任务"))
    # What was found, so that the same thing is not stopped again once it went out.
    keys = models.JSONField(_("依据编号"))
    findings = models.TextField(_("提醒的内容"))
    said = models.CharField(_("发布人的说明"), max_length=LONGEST_REASON, blank=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("送审人")
    )
    asked_at = models.DateTimeField(_("送审时间"), default=timezone.now)
    due = models.DateField(_("答复期限"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("审核人")
    )
    decided_at = models.DateTimeField(_("审核时间"), null=True)
    note = models.CharField(_("审核意见"), max_length=LONGEST_REASON, blank=True)

    objects = ScreeningQuerySet.as_manager()
    is_waiting = StateIn({Outcome.WAITING}, "outcome")

    class Meta:
        verbose_name = _("发布把关")
        verbose_name_plural = _("发布把关")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(outcome="waiting"), name="screening_one_waiting"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="waiting") | Q(due__isnull=False), name="screening_waits_until_a_day"
            ),
        ]
        indexes = [models.Index(fields=["outcome", "due"], name="screening_outcome_due")]

    def __str__(self) -> str:
        return f"{self.task} · {self.get_outcome_display()}"


class ScopeReportQuerySet(models.QuerySet["ScopeReport"]):
    def visible_to(self, user: "User") -> "ScopeReportQuerySet":
        """One's own alone. The city decides on a task, not on a person: it reads reasons without names."""
        return self.filter(member__user=user)

    def standing(self) -> "ScopeReportQuerySet":
        return self.filter(withdrawn_at=None)

    def open(self) -> "ScopeReportQuerySet":
        return self.standing().filter(answered_at=None)


class ScopeReport(models.Model):
    """A member says that a task is no volunteer service; once per task, taken back until it is answered."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="scope_reports", verbose_name=_("任务"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="scope_reports", verbose_name=_("反映人"))
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON, blank=True)
    at = models.DateTimeField(_("反映时间"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    objects = ScopeReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("范围反映")
        verbose_name_plural = _("范围反映")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "member"], name="scope_report_once_per_member")
        ]

    def __str__(self) -> str:
        return str(self.task)
