"""The rules of a year and each member's result."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization, RosterChange
from members.models.people import member_scope
from xianfeng.lib.database.deletion import CascadeOnly
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

if TYPE_CHECKING:
    from members.models import User


def default_reminder_dates() -> list[str]:
    """June, September, November and December, as month-day."""
    return ["06-15", "09-15", "11-15", "12-10"]


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, user: "User") -> "PolicyQuerySet":
        """The rules are for everybody they are applied to."""
        return self.all() if user.is_authenticated else self.none()


class Policy(models.Model):
    """考核办法: the rules of one year; what a settled year used is copied into its run."""

    year = models.PositiveSmallIntegerField(_("年度"), unique=True)
    min_flags = models.PositiveSmallIntegerField(_("最低红旗数"), default=5)
    min_flags_leader = models.PositiveSmallIntegerField(_("领导干部最低红旗数"), default=5)
    min_minutes = models.PositiveIntegerField(_("最低服务时长（分钟）"), default=0)
    # Share of the year that counts: months left after joining, months exempt; rounded up.
    pro_rata = models.BooleanField(_("年中新进按月折算"), default=True)
    # Leave (豁免) in months: the longest, and beyond which a second person confirms it (zero: never).
    longest_leave = models.PositiveSmallIntegerField(_("一次豁免最长（月）"), default=12)
    second_leave = models.PositiveSmallIntegerField(_("豁免超过几个月须第二人确认"), default=6)
    # Limits of claiming (抢单): zero means no limit.
    places_per_week = models.PositiveSmallIntegerField(_("任意7天接单上限"), default=3)
    # Above so many on one task, or of one day, who entered them (补记) does not decide on them.
    late_entries_alone = models.PositiveSmallIntegerField(_("补记可自行认定人数"), default=5)
    open_claims = models.PositiveSmallIntegerField(_("同时未完成接单上限"), default=5)
    suspend_after_no_shows = models.PositiveSmallIntegerField(_("未到场几次后暂停接单"), default=3)
    suspend_days = models.PositiveSmallIntegerField(_("暂停天数"), default=30)
    # In the first hours of sign-up places are for those whose year still lacks flags; zero: for everybody.
    priority_hours = models.PositiveSmallIntegerField(
        _("红旗不够的优先接单（小时）"), default=0, db_default=0
    )
    withdraw_hours = models.PositiveSmallIntegerField(_("开始前几小时起退出须说明原因"), default=24)
    # How often one member may be asked to take a place (邀请) in any 30 days; zero means no limit.
    invitations_per_month = models.PositiveSmallIntegerField(
        _("任意30天每人邀请上限"), default=4, db_default=4
    )
    bonus_minutes_excellent = models.PositiveSmallIntegerField(_("评为“很好”另加分钟"), default=12)
    publicity_days = models.PositiveSmallIntegerField(_("公示工作日"), default=5)
    reminder_dates = models.JSONField(_("提醒日期"), default=default_reminder_dates)
    text = models.TextField(_("办法全文"), blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核办法")
        verbose_name_plural = _("考核办法")
        ordering = ["-year"]

    def __str__(self) -> str:
        return _("%(year)s 年考核办法") % {"year": self.year}


class PolicyChange(models.Model):
    """Append-only history of a year's rules: what was changed, by whom and why."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="history")
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON, blank=True)
    # Name of each figure → what it was, what it became.
    changes = models.JSONField(_("修改"))

    class Meta:
        verbose_name = _("办法修改记录")
        verbose_name_plural = _("办法修改记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.policy} · {self.at:%Y-%m-%d}"


class AssessmentRunQuerySet(models.QuerySet["AssessmentRun"]):
    def visible_to(self, user: "User") -> "AssessmentRunQuerySet":
        """Every desk sees the runs (results are scoped); members see runs once publicised."""
        if user.desk:
            return self.all()
        return self.filter(state__in=AssessmentRun.State.PUBLIC)


class AssessmentRun(models.Model):
    """One pass over all members: a forecast at any time, or the official check of an ended year."""

    class State(States):
        FORECAST = "forecast", "neutral", _("预测")
        DRAFT = "draft", "warning", _("初评")
        PUBLICISED = "publicised", "info", _("公示中")
        SETTLED = "settled", "success", _("已定案")

        # May be made anew.
        OPEN = states(FORECAST, DRAFT)
        # Members see it.
        PUBLIC = states(PUBLICISED, SETTLED)

    year = models.PositiveSmallIntegerField(_("年度"))
    is_official = models.BooleanField(_("正式"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State)
    as_of = models.DateField(_("截至日期"))
    # The rules as they were, and the end of the ledger as read: the same two give the same figures again.
    rules = models.JSONField(_("考核办法"), default=dict)
    ledger_seq = models.BigIntegerField(_("台账流水号"), default=0)
    ledger_hash = models.CharField(_("末端校验值"), max_length=64, blank=True)
    counts = models.JSONField(_("统计"), default=dict)
    started_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("发起人"),
    )
    publicised_on = models.DateField(_("公示开始"), null=True)
    publicised_until = models.DateField(_("公示截止"), null=True)
    settled_at = models.DateTimeField(_("定案时间"), null=True)

    objects = AssessmentRunQuerySet.as_manager()
    is_open = StateIn(State.OPEN)
    is_draft = StateIn({State.DRAFT})
    is_publicised = StateIn({State.PUBLICISED})
    is_settled = StateIn({State.SETTLED})

    class Meta:
        verbose_name = _("年度考核")
        verbose_name_plural = _("年度考核")
        ordering = ["-year", "-is_official"]
        constraints = [
            # One forecast (replaced by each new one) and one official check a year.
            models.UniqueConstraint(fields=["year", "is_official"], name="assessment_run_once"),
            models.CheckConstraint(
                condition=Q(is_official=False, state="forecast")
                | (Q(is_official=True) & ~Q(state="forecast")),
                name="assessment_forecast_is_not_official",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} · {self.get_state_display()}"

    @property
    def in_figures(self) -> str:
        """Who is qualified and who is not, before anybody makes it public or final."""
        return "，".join(
            gettext("%(result)s %(count)d 人") % {"result": label, "count": self.counts.get(value, 0)}
            for value, label in Assessment.Result.choices
        )


class AssessmentEvent(StateEvent):
    """Append-only history of a run."""

    run = models.ForeignKey(AssessmentRun, models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)

    class Meta(StateEvent.Meta):
        verbose_name = _("考核记录")
        verbose_name_plural = _("考核记录")


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: "User") -> "AssessmentQuerySet":
        if not user.desk:
            return self.filter(member__user=user, run__in=AssessmentRun.objects.visible_to(user))
        return self.filter(assessment_scope(user.desk.organization))

    def of_people_told(self) -> "AssessmentQuerySet":
        """Of those with an account, while alive: nobody writes to who died."""
        dead = RosterChange.objects.deaths().values("member")
        return self.exclude(member__in=dead).exclude(member__user=None)


def assessment_scope(organization: Organization) -> Q:
    """Results stay with the unit and community of the day of the check."""
    if organization.kind == Organization.Kind.CITY:
        return Q()
    if organization.kind == Organization.Kind.UNIT:
        return Q(unit__path__startswith=organization.path)
    if organization.kind == Organization.Kind.ESTATE:
        return member_scope(organization, "member__")
    return Q(community__path__startswith=organization.path)


# A forecast only counted somebody: taking back the import that made them takes its figures along.
WITH_FORECAST = CascadeOnly(run__is_official=False)


class Assessment(models.Model):
    """One member's result in one run, with every figure it follows from."""

    class Result(States):
        QUALIFIED = "qualified", "success", _("合格")
        UNQUALIFIED = "unqualified", "danger", _("不合格")
        EXEMPT = "exempt", "neutral", _("豁免")

    run = models.ForeignKey(AssessmentRun, models.CASCADE, related_name="results", verbose_name=_("考核"))
    member = models.ForeignKey(Member, WITH_FORECAST, related_name="assessments", verbose_name=_("党员"))
    unit = models.ForeignKey(Organization, WITH_FORECAST, related_name="+", verbose_name=_("单位"))
    community = models.ForeignKey(
        Organization,
        WITH_FORECAST,
        null=True,
        related_name="+",
        verbose_name=_("社区"),
    )
    result = models.CharField(_("结果"), max_length=12, choices=Result)
    flags = models.IntegerField(_("红旗"))
    minutes = models.IntegerField(_("服务时长（分钟）"))
    lines = models.PositiveIntegerField(_("流水条数"))
    required_flags = models.PositiveSmallIntegerField(_("应得红旗"))
    required_minutes = models.PositiveIntegerField(_("应服务时长（分钟）"))
    # Whole months of the year that count after joining, leaving and exemptions.
    months = models.PositiveSmallIntegerField(_("计入月数"))
    exempt_months = models.PositiveSmallIntegerField(_("豁免月数"))
    missing_flags = models.PositiveSmallIntegerField(_("缺红旗"))
    missing_minutes = models.PositiveIntegerField(_("缺时长（分钟）"))

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核结果")
        verbose_name_plural = _("考核结果")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "member"], name="assessment_once_per_run")]
        indexes = [models.Index(fields=["run", "result"], name="assessment_by_result")]

    def __str__(self) -> str:
        return f"{self.member} {self.get_result_display()}"
