"""What residents ask for (微心愿)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from xianfeng.lib import ids
from xianfeng.lib.crypto import EncryptedTextField
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

if TYPE_CHECKING:
    from members.models import User

# Wishes are stated to an estate or a community.
PLACES = {Organization.Kind.ESTATE, Organization.Kind.COMMUNITY}

CODE_ALPHABET = ids.CODE_ALPHABET.upper()


def tracking_code() -> str:
    """Ten characters, about 50 bits: not guessable at the rate the tracking page allows."""
    return ids.new_code(10).upper()


class WishQuerySet(models.QuerySet["Wish"]):
    def visible_to(self, user: "User") -> "WishQuerySet":
        if not user.desk:
            return self.none()
        return self.filter(organization__path__startswith=user.desk.organization.path)

    def without_brief(self) -> "WishQuerySet":
        """For lists: the private columns stay in the database, and nothing is decrypted."""
        return self.defer(*Wish.PRIVATE)

    def waiting(self) -> "WishQuerySet":
        return self.filter(state__in=Wish.State.WAITING)

    def open(self) -> "WishQuerySet":
        return self.filter(state__in=Wish.State.OPEN)

    def counted(self) -> "WishQuerySet":
        """Each need once: what was merged counts by the wish that was kept."""
        return self.exclude(state=Wish.State.MERGED)


class Wish(models.Model):
    """A resident's need: a public text without personal data and a private brief for those who help."""

    class State(States):
        SUBMITTED = "submitted", "warning", _("待受理")
        ACCEPTED = "accepted", "info", _("已受理")
        DECLINED = "declined", "danger", _("未受理")
        PUBLISHED = "published", "info", _("已发布")
        FULFILLED = "fulfilled", "success", _("已完成")
        CLOSED = "closed", "neutral", _("已关闭")
        # A second wish about the same thing: another one goes on for both.
        MERGED = "merged", "neutral", _("已合并")

        WAITING = states(SUBMITTED)
        # Somebody still has something to do.
        OPEN = states(SUBMITTED, ACCEPTED, PUBLISHED)
        # May become a task, or be declined.
        UNPUBLISHED = states(SUBMITTED, ACCEPTED)
        ENDED = states(DECLINED, FULFILLED)
        # Where what fulfilled it, or ended it without help, may still be taken back.
        REOPENS = states(FULFILLED, ACCEPTED)

    class Source(models.TextChoices):
        ONLINE = "online", _("扫码提交")
        GROUP = "group", _("居民群")
        SAFETY = "safety", _("社区平安通")
        THREE_SERVICES = "three_services", _("三服务")
        BOX = "box", _("心愿箱")
        VISIT = "visit", _("走访")
        HOTLINE = "hotline", _("热线")

    code = models.CharField(_("查询码"), max_length=12, unique=True, default=tracking_code, editable=False)
    # The estate or community whose QR code the resident scanned, or that the clerk chose.
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="wishes", verbose_name=_("小区/社区")
    )
    need = models.CharField(_("心愿"), max_length=200)
    # The private brief: only the case owner and the members who hold the claim open it.
    contact_name = EncryptedTextField(_("联系人"), blank=True, default="")
    contact_mobile = EncryptedTextField(_("联系电话"), blank=True, default="")
    contact_address = EncryptedTextField(_("地址"), blank=True, default="")
    detail = EncryptedTextField(_("详细说明"), blank=True, default="")
    source = models.CharField(_("来源"), max_length=16, choices=Source, default=Source.ONLINE)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("填报人"),
    )
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.SUBMITTED, db_index=True)
    # Named where the wish is declined: who can help instead (DOMAIN 4.2).
    responsible = models.CharField(_("应由谁办理"), max_length=100, blank=True)
    decline_reason = models.CharField(_("未受理原因"), max_length=LONGEST_REASON, blank=True)
    created_at = models.DateTimeField(_("提出时间"), default=timezone.now, editable=False)
    fulfilled_at = models.DateTimeField(_("完成时间"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="duplicates",
        verbose_name=_("并入"),
    )
    # Idempotency key of the form that made it.
    key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    PRIVATE = ("contact_name", "contact_mobile", "contact_address", "detail")
    objects = WishQuerySet.as_manager()
    is_waiting = StateIn(State.WAITING)
    is_unpublished = StateIn(State.UNPUBLISHED)
    is_declined = StateIn({State.DECLINED})
    is_published = StateIn({State.PUBLISHED})
    is_fulfilled = StateIn({State.FULFILLED})
    is_open = StateIn(State.OPEN)
    is_merged = StateIn({State.MERGED})

    class Meta:
        verbose_name = _("微心愿")
        verbose_name_plural = _("微心愿")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-id"], name="wish_state_recent"),
            # The tabs count from this index alone: the rows themselves are wide with ciphertext.
            models.Index(fields=["organization", "state"], name="wish_place_state"),
            models.Index(fields=["created_at"], name="wish_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="wish_merged_names_the_kept",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="wish_merge_of_two"
            ),
        ]

    def __str__(self) -> str:
        return self.need


class WishEvent(StateEvent):
    """Append-only history of a wish; `by` is empty where the resident acted."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("心愿记录")
        verbose_name_plural = _("心愿记录")

    @property
    def is_about_another(self) -> bool:
        """The wish stays as it is: a duplicate of it was merged, or went its own way again."""
        return self.from_state == self.to_state

    @property
    def is_reopening(self) -> bool:
        return self.from_state == Wish.State.DECLINED and self.to_state == Wish.State.SUBMITTED

    @property
    def is_taking_back(self) -> bool:
        """Accepted by a slip of the hand, which was undone at once: nobody heard of either."""
        return self.from_state == Wish.State.ACCEPTED and self.to_state == Wish.State.SUBMITTED

    @property
    def is_parting(self) -> bool:
        """Merged before, it goes its own way again."""
        return self.from_state == Wish.State.MERGED

    def get_to_display(self) -> str:
        """What happened, in words."""
        if self.is_about_another:
            return str(_("重复心愿"))
        if self.is_parting:
            return str(_("取消合并"))
        if self.is_taking_back:
            return str(_("撤销受理"))
        if self.is_reopening:
            return str(_("恢复办理") if self.by_id else _("居民再次提出"))
        if self.from_state == Wish.State.PUBLISHED and self.to_state == Wish.State.ACCEPTED:
            return str(_("退回待发布"))
        if self.to_state == Wish.State.SUBMITTED:
            return str(_("代居民填报") if self.by_id else _("居民提出"))
        return super().get_to_display()


class BriefOpening(models.Model):
    """Who opened a wish's private brief, and when."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="openings")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("查看人"),
    )
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    reason = models.CharField(_("理由"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = _("心愿详情查看记录")
        verbose_name_plural = _("心愿详情查看记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.by)
