"""Lists that left the platform as files, and what the platform let go of: each one a row that stays."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Appointment, Organization
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

if TYPE_CHECKING:
    from members.models import User


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: "User") -> "ExportQuerySet":
        """The log of a desk: what its own branch exported; the city stands above all branches."""
        if not user.desk:
            return self.none()
        return self.filter(organization__path__startswith=user.desk.organization.path)

    def of(self, user: "User") -> "ExportQuerySet":
        """Files are their maker's alone, whatever desk the maker holds now."""
        return self.filter(user=user)


class Export(models.Model):
    """One list as one file: asked for under one appointment, made, taken away, and gone after a week."""

    class State(States):
        WAITING = "waiting", "info", _("排队中")
        WORKING = "working", "info", _("生成中")
        READY = "ready", "success", _("可下载")
        FAILED = "failed", "danger", _("未完成")
        EXPIRED = "expired", "neutral", _("已过期")

        # Somebody is at it, or will be.
        IN_MAKING = states(WAITING, WORKING)

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel 工作簿（.xlsx）")
        CSV = "csv", _("CSV 文本（.csv）")

    name = models.CharField(_("名单"), max_length=20)
    title = models.CharField(_("内容"), max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("导出人")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("所在组织")
    )
    # The rights that the file is made and handed over with; none is left where the appointment is gone.
    appointment = models.ForeignKey(
        Appointment, models.SET_NULL, null=True, related_name="+", verbose_name=_("任职")
    )
    # The list's own query string, and the same in words for the log.
    query = models.TextField(_("查询"), blank=True)
    filters = models.JSONField(_("筛选"), default=list, blank=True)
    # Pairs of key and header, in the order of the file.
    columns = models.JSONField(_("列"), default=list)
    format = models.CharField(_("格式"), max_length=4, choices=Format, default=Format.XLSX)
    key = models.CharField(_("唯一键"), max_length=40)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    done = models.PositiveIntegerField(_("已写行数"), default=0)
    file = models.FileField(_("文件"), upload_to="exports/", max_length=120, blank=True)
    error = models.CharField(_("错误"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("导出时间"), default=timezone.now, editable=False)
    # Moves with every step of whoever makes the file; one that stands still was left by a dead worker.
    beat_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    expires_at = models.DateTimeField(_("保留到"), null=True)
    downloaded_at = models.DateTimeField(_("最近下载"), null=True)

    objects = ExportQuerySet.as_manager()
    is_waiting = StateIn({State.WAITING})
    is_working = StateIn(State.IN_MAKING)
    is_failed = StateIn({State.FAILED})

    class Meta:
        verbose_name = _("导出")
        verbose_name_plural = _("导出")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="export_once_per_key")]
        indexes = [
            models.Index(fields=["organization", "-id"], name="export_log"),
            models.Index(fields=["state", "beat_at"], name="export_by_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        """There to be taken: made, and its week is not over (the sweep may be a little late)."""
        return self.state == self.State.READY and bool(self.expires_at and self.expires_at > timezone.now())

    @property
    def state_now(self) -> State:
        """What can no longer be taken has expired, whether the sweep came by or not."""
        is_over = self.state == self.State.READY and not self.is_ready
        return self.State.EXPIRED if is_over else self.State(self.state)

    @property
    def keys(self) -> list[str]:
        return [key for key, _header in self.columns]

    @property
    def headers(self) -> list[str]:
        return [header for _key, header in self.columns]


class ExportEvent(StateEvent):
    """Append-only history of an export, each time it was taken away included."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("导出记录")
        verbose_name_plural = _("导出记录")


class RetentionRunQuerySet(models.QuerySet["RetentionRun"]):
    def visible_to(self, user: "User") -> "RetentionRunQuerySet":
        """Whoever answers for how long personal data is kept."""
        return self if user.desk and user.desk.can("retention.see") else self.none()


class RetentionRun(models.Model):
    """One run of the terms (`reports/retention`), written once when it is over, and never changed.

    Figures only: what went is not said, and cannot be.
    """

    class Source(models.TextChoices):
        NIGHTLY = "nightly", _("每晚自动")
        COMMAND = "command", _("命令行")

    source = models.CharField(_("来源"), max_length=8, choices=Source, default=Source.NIGHTLY)
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("结束时间"), default=timezone.now)
    # How many went, by the name of the line; lines that failed, with the class of their error.
    counts = models.JSONField(_("处理条数"), default=dict)
    failures = models.JSONField(_("没有做完的"), default=dict, blank=True)

    objects = RetentionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("保存期限清理")
        verbose_name_plural = _("保存期限清理")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.started_at:%Y-%m-%d}"

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class GuidePutAwayQuerySet(models.QuerySet["GuidePutAway"]):
    def visible_to(self, user: "User") -> "GuidePutAwayQuerySet":
        """One's own, whatever desk one sits at now."""
        return self.filter(appointment__user=user)


class GuidePutAway(models.Model):
    """Who holds this post wants no first steps on the first page; gone again when they want them back."""

    appointment = models.OneToOneField(
        Appointment, models.CASCADE, related_name="guide_put_away", verbose_name=_("任职")
    )
    at = models.DateTimeField(_("时间"), default=timezone.now)

    objects = GuidePutAwayQuerySet.as_manager()

    class Meta:
        verbose_name = _("收起的首次使用引导")
        verbose_name_plural = _("收起的首次使用引导")

    def __str__(self) -> str:
        return str(self.appointment)
