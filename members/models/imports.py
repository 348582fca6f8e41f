"""Uploaded rosters and organisation lists, with their preview row by row."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import EncryptedJSONField
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.times import format_moment
from xianfeng.lib.transitions import StateEvent

from .organization import Organization

if TYPE_CHECKING:
    from .user import User


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: "User") -> "ImportBatchQuerySet":
        if not user.desk:
            return self.none()
        return self.filter(organization__path__startswith=user.desk.organization.path)


class ImportBatch(models.Model):
    """One uploaded file on its way: checked, previewed, confirmed, perhaps undone."""

    class Kind(models.TextChoices):
        ORGANIZATIONS = "organizations", _("组织")
        ROSTER = "roster", _("党员名册")

    class State(States):
        UPLOADED = "uploaded", "info", _("已上传")
        CHECKING = "checking", "info", _("检查中")
        PREVIEWED = "previewed", "warning", _("待确认")
        CONFIRMING = "confirming", "info", _("写入中")
        CONFIRMED = "confirmed", "success", _("已导入")
        UNDOING = "undoing", "info", _("撤销中")
        UNDONE = "undone", "neutral", _("已撤销")
        DISCARDED = "discarded", "neutral", _("已放弃")
        FAILED = "failed", "danger", _("无法读取")

        # A worker is at it, or will be.
        WORKING = states(UPLOADED, CHECKING, CONFIRMING, UNDOING)
        # Its rows can be looked at.
        PREVIEW = states(PREVIEWED, CONFIRMED, UNDONE)
        # Its file is not needed any more, and goes.
        OVER = states(CONFIRMED, UNDONE, DISCARDED)
        # Nothing was written: a person reads what the check found.
        CHECKED = states(PREVIEWED, FAILED)

    kind = models.CharField(_("内容"), max_length=14, choices=Kind)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("导入组织")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("上传人"),
    )
    # Gone when the batch is over; empty then.
    file = models.FileField(_("文件"), upload_to="imports/%Y/%m/", blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.UPLOADED, db_index=True)
    done = models.PositiveIntegerField(_("已处理行数"), default=0)
    total = models.PositiveIntegerField(_("总行数"), default=0)
    # How many rows of each outcome, and the list of unknown columns.
    counts = models.JSONField(_("统计"), default=dict, blank=True)
    # What was decided about the file: see members.importing.deciding.decisions.
    decisions = EncryptedJSONField(_("决定"))
    error = models.CharField(_("错误"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    # Moves with every step of the worker; a batch that stands still was left by a worker that died.
    beat_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undo_reason = models.CharField(_("撤销原因"), max_length=LONGEST_REASON, blank=True)

    objects = ImportBatchQuerySet.as_manager()
    is_roster = StateIn({Kind.ROSTER}, "kind")
    is_organizations = StateIn({Kind.ORGANIZATIONS}, "kind")
    is_working = StateIn(State.WORKING)
    has_preview = StateIn(State.PREVIEW)
    is_checked = StateIn(State.CHECKED)
    is_checking = StateIn({State.CHECKING})
    is_previewed = StateIn({State.PREVIEWED})
    is_confirming = StateIn({State.CONFIRMING})
    is_confirmed = StateIn({State.CONFIRMED})
    is_undoing = StateIn({State.UNDOING})
    is_undone = StateIn({State.UNDONE})
    is_discarded = StateIn({State.DISCARDED})
    is_failed = StateIn({State.FAILED})

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What people call it by. The name that the file came with is kept nowhere."""
        when = format_moment(self.created_at, weekday=False)
        return f"{self.organization} {when} {self.get_kind_display()}"


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    def visible_to(self, user: "User") -> "ImportRowQuerySet":
        if not user.desk:
            return self.none()
        return self.filter(batch__organization__path__startswith=user.desk.organization.path)


class ImportRow(models.Model):
    """What one row of the file will do, or did."""

    class Outcome(States):
        NEW = "new", "info", _("新增")
        CHANGED = "changed", "warning", _("变更")
        UNCHANGED = "unchanged", "neutral", _("无变化")
        REJECTED = "rejected", "danger", _("有错误")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    sheet = models.CharField(_("工作表"), max_length=40)
    row = models.PositiveIntegerField(_("行号"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    # Names of people and organisations in the row, by which it is found; the rest is ciphertext.
    sought = models.TextField(_("查找"), blank=True, editable=False)
    values = EncryptedJSONField(_("内容"))
    # {"field": ["before", "after"]}: the preview shows it, the undo restores it.
    changes = EncryptedJSONField(_("变更"))
    # What counts as something else than what stands there: column, sent and taken.
    cleaned = EncryptedJSONField(_("整理"), empty=list)
    # Each with column, code, value and message.
    errors = EncryptedJSONField(_("错误"), empty=list)
    member = models.ForeignKey("members.Member", models.SET_NULL, null=True, related_name="+")

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入行")
        verbose_name_plural = _("导入行")
        ordering = ["batch", "row"]
        indexes = [models.Index(fields=["batch", "outcome", "row"], name="import_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"

    @property
    def place(self) -> str:
        """Where the row stands in the file; decisions about it alone are kept under this."""
        return f"{self.sheet}!{self.row}"


class ImportEventQuerySet(models.QuerySet["ImportEvent"]):
    def visible_to(self, user: "User") -> "ImportEventQuerySet":
        if not user.desk:
            return self.none()
        return self.filter(batch__organization__path__startswith=user.desk.organization.path)


class ImportEvent(StateEvent):
    """Append-only history of a batch; `by` is empty where the worker took the step."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="events")

    objects = ImportEventQuerySet.as_manager()

    class Meta(StateEvent.Meta):
        verbose_name = _("导入记录")
        verbose_name_plural = _("导入记录")
