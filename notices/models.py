"""Messages to people and the outbox that carries them. Knows a recipient and a text, never why."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notices.addressees import Addressee, seen_by
from notices.addressees import label_of as label_of_addressee
from notices.kinds import label_of
from xianfeng.lib.crypto import EncryptedTextField
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from members.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: "AbstractBaseUser") -> "NoticeQuerySet":
        """A message is its recipient's alone, until its text goes (`notices/terms.py`)."""
        return self.filter(recipient=user).exclude(subject="")

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """A message to one person. To an account in-app too; to who has none through its deliveries alone."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("收件人"),
    )
    # Instead of an account: the row where somebody left a number, which is read there at delivery.
    addressee_kind = models.CharField(max_length=20, blank=True, editable=False)
    addressee_id = models.BigIntegerField(null=True, editable=False)
    kind = models.CharField(_("类别"), max_length=30, db_index=True)
    # Deterministic ("reminder:2026:06:member:12"): the same reason never sends twice.
    key = models.CharField(_("唯一键"), max_length=120, unique=True)
    subject = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"))
    url = models.CharField(_("链接"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, addressee_kind="", addressee_id=None)
                | (Q(recipient=None, addressee_id__isnull=False) & ~Q(addressee_kind="")),
                name="notice_is_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def addressee(self) -> Addressee | None:
        """Where the number of somebody without an account stands."""
        return None if self.addressee_id is None else Addressee(self.addressee_kind, self.addressee_id)

    @property
    def to_whom(self) -> str:
        """For people who look after messages: a name, or what is known of somebody without an account."""
        return str(self.recipient) if self.recipient else label_of_addressee(self.addressee_kind)

    @property
    def kind_label(self) -> str:
        return label_of(self.kind)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: "User") -> "DeliveryQuerySet":
        """Messages to the people whom the desk can reach in another way; nothing without a desk."""
        if not user.desk:
            return self.none()
        people = get_user_model().objects.within_reach_of(user)  # type: ignore[attr-defined]
        return self.filter(Q(notice__recipient__in=people) | seen_by(user, "notice__"))

    def due(self, at: dt.datetime) -> "DeliveryQuerySet":
        """Waiting, its time has come, and no living worker holds it."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
        return self.filter(free, state=Delivery.State.PENDING, due_at__lte=at)

    def unreached(self) -> "DeliveryQuerySet":
        """Messages that a person has to look after; whoever read it in the portal was reached."""
        return self.filter(state__in=Delivery.State.UNREACHED, notice__read_at__isnull=True)


class Delivery(models.Model):
    """One notice on one channel: the outbox row, written in the transaction of the change it tells of."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("邮件")
        SMS = "sms", _("短信")

    class State(States):
        PENDING = "pending", "info", _("待发送")
        # The whole text was handed to the server, whose answer we do not know (the worker died there):
        # never sent again by itself, listed for a person to decide.
        HANDED_OVER = "handed_over", "warning", _("不确定")
        SENT = "sent", "success", _("已送达服务器")
        FAILED = "failed", "danger", _("发送失败")
        UNREACHABLE = "unreachable", "warning", _("无联系方式")
        # A person told the recipient in another way; the end of a message that could not be delivered.
        TOLD = "told", "neutral", _("已当面告知")
        # The number was forgotten before the message went out: nobody is to be told any more.
        DROPPED = "dropped", "neutral", _("不再发送")

        # A person has to look after it.
        UNREACHED = states(HANDED_OVER, FAILED, UNREACHABLE)

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    address = EncryptedTextField(_("地址"), blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField(_("下次发送"))
    # A worker holds the row until then; a dead worker's lease runs out and another takes over.
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease = models.CharField(max_length=36, blank=True, editable=False)
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    error = models.CharField(_("错误"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()
    is_unreachable = StateIn({State.UNREACHABLE})
    is_uncertain = StateIn({State.HANDED_OVER})

    class Meta:
        verbose_name = _("投递")
        verbose_name_plural = _("投递")
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_per_channel"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(state="pending")),
            models.Index(
                fields=["state", "-id"],
                name="delivery_unreached",
                condition=Q(state__in=["handed_over", "failed", "unreachable"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice} · {self.get_channel_display()}"


class DeliveryEvent(StateEvent):
    """Append-only history of what people did about a delivery that did not arrive."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="events")
    # The worker leaves no history here: somebody always acted.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta(StateEvent.Meta):
        verbose_name = _("投递记录")
        verbose_name_plural = _("投递记录")
