"""What members can claim."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from flags.models import Category
from members.models import Member, Organization
from members.models.people import member_scope
from wishes.models import Wish
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from . import sessions
from .window import Window

if TYPE_CHECKING:
    from members.models import User


# Committee seats and advice earn flags, but no volunteer hours (DOMAIN 4.7).
WITHOUT_HOURS = {Category.SUGGESTION}


class ServiceItemQuerySet(models.QuerySet["ServiceItem"]):
    def visible_to(self, user: "User") -> "ServiceItemQuerySet":
        """The catalogue is the city's and common to all desks."""
        return self.all() if user.desk else self.none()

    def active(self) -> "ServiceItemQuerySet":
        return self.filter(is_active=True)


class ServiceItem(models.Model):
    """An entry of the catalogue: what may be published, and for how many flags."""

    code = models.CharField(_("编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    category = models.CharField(_("类别"), max_length=12, choices=Category)
    min_flags = models.PositiveSmallIntegerField(_("红旗下限"), default=1)
    max_flags = models.PositiveSmallIntegerField(_("红旗上限"), default=1)
    default_minutes = models.PositiveIntegerField(_("默认时长（分钟）"), default=120)
    is_volunteering = models.BooleanField(_("计志愿服务时长"), default=True)
    is_active = models.BooleanField(_("启用"), default=True)
    words = models.CharField(
        _("常见说法"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("居民心愿里常用的词，顿号分隔，如“修、灯、漏水”。受理心愿时按这些词预选本事项。"),
    )
    belongs = models.CharField(
        _("属于的例子"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("发布任务时显示在事项下面，如“清扫楼道、清理小广告”。"),
    )
    not_belongs = models.CharField(
        _("不属于的例子"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("也显示在事项下面，如“打扫社区办公室、迎检前突击保洁”。"),
    )
    needs_review = models.BooleanField(
        _("发布前须市里审核"),
        default=False,
        db_default=False,
        help_text=_("勾选后，选了本事项的任务都先送审。"),
    )

    objects = ServiceItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务事项")
        verbose_name_plural = _("服务事项")
        ordering = ["category", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_flags__gte=F("min_flags")),
                name="service_item_flag_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def counts_hours(self) -> bool:
        """Whether its minutes are volunteer service."""
        return self.counts_hours_as(self.category)

    def counts_hours_as(self, category: str) -> bool:
        """The same for a task, which keeps the category that it was published with."""
        return self.is_volunteering and category not in WITHOUT_HOURS


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: "User") -> "TaskQuerySet":
        """What the desk's branch published, and what the city published for it."""
        if not user.desk:
            return self.none()
        organization = user.desk.organization
        own = Q(publisher__path__startswith=organization.path)
        return self.filter(
            own if organization.kind == Organization.Kind.CITY else own | city_tasks(organization)
        )

    def reaching(self, member: Member) -> "TaskQuerySet":
        """Tasks whose audience the member is in, or that invite them as a guest.

        Raw statements say it with `tasks.models.audience` and `tasks.models.invitation`.
        """
        named = Task.audience.through.objects.filter(organization_id__in=member.organization_ids())
        reached = named.values("task_id")
        addressed = Q(pk__in=reached) & (Q(parent=None) | Q(parent__in=reached))
        invited = member.invitations.admitting(timezone.now())
        return self.filter(addressed | Q(pk__in=invited.values("task_id")))

    def for_member(self, member: Member) -> "TaskQuerySet":
        """Published tasks whose audience the member is in; a muster has a page of its own."""
        published = self.reaching(member).filter(state=Task.State.PUBLISHED)
        return published.exclude(kind=Task.Kind.MUSTER)

    def with_free_places(self) -> "TaskQuerySet":
        return self.filter(Task.HAS_PLACE)

    def full(self) -> "TaskQuerySet":
        return self.exclude(Task.HAS_PLACE)

    def open_for_claims(self, at: dt.datetime) -> "TaskQuerySet":
        return self.filter(Task.SIGN_UP.open_at(at))


def city_tasks(organization: Organization) -> Q:
    """Tasks of the city that reach the organisation, what lies below it, or people who live there."""
    named = Organization.objects.filter(
        Q(pk__in=organization.ancestor_ids()) | Q(path__startswith=organization.path)
    )
    reaching = Task.audience.through.objects.filter(organization__in=named)
    # A unit's people live in many communities: each sees the task once one of its own is on it.
    taken = Task.objects.filter(member_scope(organization, "claims__member__"))
    offered = ~Q(state__in=Task.State.UNSEEN) & ~Q(state=Task.State.CANCELLED, published_at=None)
    reaches = Q(pk__in=reaching.values("task_id")) | Q(pk__in=taken.values("pk"))
    return Q(publisher__kind=Organization.Kind.CITY) & offered & reaches


class Task(models.Model):
    """Something members can claim. "Full", "under way" and "over" are derived from figures and the clock."""

    class Kind(models.TextChoices):
        ACTIVITY = "activity", _("活动")
        WISH = "wish", _("心愿单")
        MUSTER = "muster", _("应急集结")

    class State(States):
        DRAFT = "draft", "neutral", _("草稿")
        IN_REVIEW = "in_review", "warning", _("待审核")
        PUBLISHED = "published", "info", _("已发布")
        SETTLED = "settled", "success", _("已认定")
        CANCELLED = "cancelled", "neutral", _("已取消")

        # May still be changed; what is looked at by the city stays as it looks at it.
        CHANGEABLE = states(DRAFT, PUBLISHED)
        # May still be called off, and keeps its publisher busy.
        CANCELLABLE = states(DRAFT, IN_REVIEW, PUBLISHED)
        # Nobody but the publisher's own branch knows of it.
        UNSEEN = states(DRAFT, IN_REVIEW)
        # Who came without signing up may still be put on the list.
        ENTERABLE = states(PUBLISHED, SETTLED)

    class Scope(States):
        """What the city decided on whether it is volunteer service at all."""

        UNDECIDED = "", "neutral", _("未裁定")
        INSIDE = "inside", "success", _("属于志愿服务")
        OUTSIDE = "outside", "danger", _("超出服务范围")

    class Presence(models.TextChoices):
        ROSTER = "roster", _("组织者点名")
        SHEET = "sheet", _("纸质签到补录")

    kind = models.CharField(_("形式"), max_length=10, choices=Kind, default=Kind.ACTIVITY)
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="tasks", verbose_name=_("服务事项"))
    # Copied from the item at publication, so that later edits of the catalogue rewrite no history.
    category = models.CharField(_("类别"), max_length=12, choices=Category, editable=False)
    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("说明"), blank=True, max_length=2000)
    place = models.CharField(_("地点"), max_length=100)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    # One a day at the same hours; the end is that of the last one.
    sessions = models.PositiveSmallIntegerField(_("天数"), default=1)
    signup_opens_at = models.DateTimeField(_("接单开始"), default=timezone.now)
    signup_closes_at = models.DateTimeField(_("接单截止"))
    capacity = models.PositiveIntegerField(_("名额"))
    places_taken = models.PositiveIntegerField(_("已接"), default=0, editable=False)
    flags = models.PositiveSmallIntegerField(_("红旗"), default=1)
    minutes = models.PositiveIntegerField(_("时长（分钟）"))
    wanted_skills = models.CharField(_("所需特长"), max_length=200, blank=True)
    presence = models.CharField(_("签到方式"), max_length=10, choices=Presence, default=Presence.ROSTER)
    organiser_name = models.CharField(_("负责人"), max_length=60)
    risk_note = models.CharField(_("安全提示"), max_length=300, blank=True)
    publisher = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="published_tasks",
        verbose_name=_("发布组织"),
    )
    # A city task that a community took up as its own: it reaches nobody whom the city's does not.
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="parts",
        verbose_name=_("全市任务"),
    )
    # One date of a series, and the day of the pattern that it is for, also once it was moved.
    series = models.ForeignKey(
        "Series",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="dates",
        verbose_name=_("系列任务"),
    )
    series_day = models.DateField(_("系列日期"), null=True, blank=True, editable=False)
    audience = models.ManyToManyField(Organization, related_name="offered_tasks", verbose_name=_("面向"))
    wish = models.ForeignKey(
        Wish,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("微心愿"),
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("拟稿人"),
    )
    created_at = models.DateTimeField(_("拟稿时间"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    # When another time was last set after publication: who held a place then may leave freely.
    moved_at = models.DateTimeField(_("改时间于"), null=True, blank=True, editable=False)
    # 补记: took place without the platform, and is entered afterwards.
    is_late_entry = models.BooleanField(_("补记"), default=False, editable=False)
    cancel_reason = models.CharField(_("取消原因"), max_length=LONGEST_REASON, blank=True, editable=False)
    scope = models.CharField(
        _("范围裁定"), max_length=10, choices=Scope, default=Scope.UNDECIDED, db_default="", blank=True,
        editable=False,
    )  # fmt: skip
    scope_reason = models.CharField(
        _("裁定理由"), max_length=LONGEST_REASON, default="", db_default="", blank=True, editable=False
    )
    # Idempotency key of the form that made it.
    key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    # Whether a place is free, for a query and for a raw statement on the table; `is_full` asks one row.
    HAS_PLACE, HAS_PLACE_SQL = Q(places_taken__lt=F("capacity")), "places_taken < capacity"
    SIGN_UP = Window(State.PUBLISHED, "signup_opens_at", "signup_closes_at")
    objects = TaskQuerySet.as_manager()
    is_draft = StateIn({State.DRAFT})
    is_in_review = StateIn({State.IN_REVIEW})
    is_published = StateIn({State.PUBLISHED})
    is_settled = StateIn({State.SETTLED})
    is_changeable = StateIn(State.CHANGEABLE)
    is_cancellable = StateIn(State.CANCELLABLE)
    is_enterable = StateIn(State.ENTERABLE)
    is_out_of_scope = StateIn({Scope.OUTSIDE}, "scope")
    is_decided_on = StateIn({Scope.INSIDE, Scope.OUTSIDE}, "scope")

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        ordering = ["-starts_at", "-id"]
        constraints = [
            # The last line of defence against overselling: no path can store more places than there are.
            models.CheckConstraint(condition=Q(places_taken__lte=F("capacity")), name="task_never_oversold"),
            models.CheckConstraint(condition=sessions.IN_ORDER, name="task_times_in_order"),
            models.CheckConstraint(
                condition=sessions.NO_LONGER_THAN_A_DAYS_WORK, name="task_sessions_bounded"
            ),
            models.CheckConstraint(condition=sessions.MINUTES_WITHIN_SPAN, name="task_minutes_in_span"),
            models.CheckConstraint(
                condition=Q(is_late_entry=True) | Q(published_at=None) | Q(published_at__lt=F("starts_at")),
                name="task_published_before_its_start",
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="task_has_a_place"),
            models.UniqueConstraint(fields=["series", "series_day"], name="task_once_a_day_of_series"),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="task_state_start"),
            models.Index(fields=["publisher", "-starts_at"], name="task_publisher_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_muster(self) -> bool:
        return self.kind == Task.Kind.MUSTER

    @property
    def places_left(self) -> int:
        return self.capacity - self.places_taken

    @property
    def is_full(self) -> bool:
        return self.places_taken >= self.capacity

    @property
    def last_entry(self) -> dt.datetime:
        """Until when a place can be taken before it begins; waiting lists end then."""
        return min(self.signup_closes_at, self.starts_at)

    @property
    def longest_service(self) -> int:
        """The most minutes that one member can serve."""
        return sessions.longest_service(self)

    @property
    def sessions_in_words(self) -> str:
        return str(_("连续 %(days)d 天，每天同一时段") % {"days": self.sessions})

    @property
    def is_over(self) -> bool:
        return timezone.now() >= self.ends_at

    @property
    def counts_hours(self) -> bool:
        return self.item.counts_hours_as(self.category)

    @property
    def is_of_city(self) -> bool:
        """Whether each community below marks and verifies its own people on it."""
        return self.publisher.kind == Organization.Kind.CITY

    @property
    def awarding_organization(self) -> Organization:
        """Who verifies and lights the flags: an estate's tasks are verified by its community."""
        if self.publisher.kind == Organization.Kind.ESTATE and self.publisher.parent:
            return self.publisher.parent
        return self.publisher


class TaskEvent(StateEvent):
    """Append-only history of a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)

    class Meta(StateEvent.Meta):
        verbose_name = _("任务记录")
        verbose_name_plural = _("任务记录")
