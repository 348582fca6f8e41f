"""应急集结: who is called at once to one place, and what each of them answered."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization
from members.models.people import member_scope
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .task import Task

if TYPE_CHECKING:
    from members.models import User


class MusterQuerySet(models.QuerySet["Muster"]):
    def visible_to(self, user: "User") -> "MusterQuerySet":
        """Who sees the task sees the muster."""
        return self.filter(task__in=Task.objects.visible_to(user))

    def going_on(self, now: dt.datetime | None = None) -> "MusterQuerySet":
        """Called, and not over by anybody's word or by the clock."""
        return self.filter(Muster.goes_on_at(now or timezone.now()))

    def meeting(self, task: Task) -> "MusterQuerySet":
        """At hours of the task's."""
        return self.filter(task__starts_at__lt=task.ends_at, task__ends_at__gt=task.starts_at)

    def over(self, now: dt.datetime | None = None) -> "MusterQuerySet":
        return self.exclude(Muster.goes_on_at(now or timezone.now()))


class Muster(models.Model):
    """What a muster has beside its task, which holds the places, the presence and the hours.

    Its state is the task's: published and not ended goes on, cancelled was a false alarm.
    """

    task = models.OneToOneField(
        Task, models.CASCADE, primary_key=True, related_name="muster", verbose_name=_("任务")
    )
    is_drill = models.BooleanField(_("演练"), default=False)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("吹哨人")
    )
    called_at = models.DateTimeField(_("吹哨时间"))
    stood_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("解除人")
    )
    stood_down_at = models.DateTimeField(_("解除时间"), null=True)
    thanks = models.CharField(_("致谢"), max_length=300, blank=True)

    objects = MusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("应急集结")
        verbose_name_plural = _("应急集结")
        ordering = ["-called_at", "-pk"]

    def __str__(self) -> str:
        return str(self.task)

    @staticmethod
    def goes_on_at(now: dt.datetime) -> Q:
        return Q(stood_down_at=None, task__state=Task.State.PUBLISHED, task__ends_at__gt=now)

    @property
    def goes_on(self) -> bool:
        """`goes_on_at` now, for a row with its task."""
        return self.stood_down_at is None and self.task.is_published and not self.task.is_over

    @property
    def is_false_alarm(self) -> bool:
        return self.task.state == Task.State.CANCELLED

    @property
    def word(self) -> str:
        """What everybody reads first: whether it is in earnest."""
        return str(_("应急演练") if self.is_drill else _("应急集结"))


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: "User") -> "CallQuerySet":
        """The branch that called sees all answers, of the city's each desk its people's; a member the own."""
        if not user.desk:
            return self.filter(member__user=user)
        organization = user.desk.organization
        own = Q(muster__task__publisher__path__startswith=organization.path)
        return self.filter(own | member_scope(organization, "member__"))

    def standing_by(self) -> "CallQuerySet":
        """Who came after the places were taken, first come first."""
        return self.filter(state=Call.State.STANDBY).order_by("answered_at", "pk")


class Call(models.Model):
    """One person who was called. The place itself is a claim on the task."""

    class State(States):
        SILENT = "silent", "neutral", _("未答复")
        ACCEPTED = "accepted", "success", _("参加")
        STANDBY = "standby", "info", _("备勤")
        DECLINED = "declined", "neutral", _("来不了")

        SAID_YES = states(ACCEPTED, STANDBY)
        # Who may still think again.
        NOT_COMING = states(SILENT, DECLINED)

    muster = models.ForeignKey(Muster, models.CASCADE, related_name="calls", verbose_name=_("应急集结"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="calls", verbose_name=_("党员"))
    # Where they lived when they were called: who moves away later takes nothing out of the report.
    community = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("社区")
    )
    state = models.CharField(_("答复"), max_length=10, choices=State, default=State.SILENT)
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    objects = CallQuerySet.as_manager()
    is_silent = StateIn({State.SILENT})
    is_accepted = StateIn({State.ACCEPTED})
    is_standby = StateIn({State.STANDBY})
    is_declined = StateIn({State.DECLINED})
    said_yes = StateIn(State.SAID_YES)

    class Meta:
        verbose_name = _("应召")
        verbose_name_plural = _("应召")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["muster", "member"], name="call_once_per_member"),
            models.CheckConstraint(
                condition=Q(state="silent") | Q(answered_at__isnull=False), name="call_answered_at"
            ),
        ]
        indexes = [models.Index(fields=["muster", "state"], name="call_muster_state")]

    def __str__(self) -> str:
        return f"{self.member} · {self.muster}"


class CallEvent(StateEvent):
    """Append-only history of an answer."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)

    class Meta(StateEvent.Meta):
        verbose_name = _("应召记录")
        verbose_name_plural = _("应召记录")
