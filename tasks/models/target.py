"""A city task broken down: what each community or unit is asked to bring, and what it answered."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.times import today
from xianfeng.lib.transitions import StateEvent

from .task import Task

if TYPE_CHECKING:
    from members.models import User


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: "User") -> "TargetQuerySet":
        """The city and the streets see those of their branch, a community or unit its own."""
        if not user.desk:
            return self.none()
        return self.filter(organization__path__startswith=str(user.desk.organization.path))

    def asked(self) -> "TargetQuerySet":
        """Those that still stand: not withdrawn."""
        return self.exclude(state=Target.State.WITHDRAWN)

    def open(self) -> "TargetQuerySet":
        """Those that can still be answered."""
        return self.unanswered().filter(task__state=Task.State.PUBLISHED, task__ends_at__gt=timezone.now())

    def unanswered(self) -> "TargetQuerySet":
        return self.filter(state=Target.State.OPEN)

    def missed(self) -> "TargetQuerySet":
        """Nobody answered while there was time."""
        over = Q(task__ends_at__lte=timezone.now()) | ~Q(task__state=Task.State.PUBLISHED)
        return self.unanswered().filter(over)

    def late(self, on: dt.date | None = None) -> "TargetQuerySet":
        return self.open().filter(due__lt=on or today())


class Target(models.Model):
    """So many places by a day: a community answers with tasks of its own, a unit with a promise."""

    class State(States):
        OPEN = "open", "warning", _("待承接")
        TAKEN = "taken", "success", _("已承接")
        DECLINED = "declined", "danger", _("不能承接")
        WITHDRAWN = "withdrawn", "neutral", _("已撤回")

        ASKED = states(OPEN, TAKEN, DECLINED)

    task = models.ForeignKey(Task, models.CASCADE, related_name="targets", verbose_name=_("全市任务"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="targets", verbose_name=_("承接组织")
    )
    places = models.PositiveIntegerField(_("目标名额"))
    due = models.DateField(_("承接期限"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OPEN)
    # A unit publishes nothing: it names who answers for it, and how many it promises.
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    promised = models.PositiveIntegerField(_("承诺人数"), null=True)
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("下达人")
    )
    set_at = models.DateTimeField(_("下达时间"), default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("答复人")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    objects = TargetQuerySet.as_manager()
    is_open = StateIn({State.OPEN})
    is_taken = StateIn({State.TAKEN})
    is_declined = StateIn({State.DECLINED})
    is_withdrawn = StateIn({State.WITHDRAWN})
    is_asked = StateIn(State.ASKED)

    class Meta:
        verbose_name = _("分解目标")
        verbose_name_plural = _("分解目标")
        ordering = ["due", "organization__path"]
        constraints = [
            models.UniqueConstraint(fields=["task", "organization"], name="target_once_per_organization"),
            models.CheckConstraint(condition=Q(places__gte=1), name="target_asks_for_somebody"),
        ]
        indexes = [models.Index(fields=["state", "due"], name="target_state_due")]

    def __str__(self) -> str:
        return f"{self.organization} · {self.task}"

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due < today()


class TargetEvent(StateEvent):
    """Append-only history of a target."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)

    class Meta(StateEvent.Meta):
        verbose_name = _("分解目标记录")
        verbose_name_plural = _("分解目标记录")
