"""A mobile is an attribute, not the person: it changes, and every change is on record (DOMAIN 4.1)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import NumberField
from xianfeng.lib.mobile import validate_mobile
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .people import Member, member_scope

if TYPE_CHECKING:
    from .user import User


class MobileChangeQuerySet(models.QuerySet["MobileChange"]):
    def visible_to(self, user: "User") -> "MobileChangeQuerySet":
        """Unit and community of the person, those above them, and the person."""
        if not user.desk:
            return self.filter(member__user=user)
        return self.filter(member_scope(user.desk.organization, "member__"))

    def open(self) -> "MobileChangeQuerySet":
        return self.filter(state__in=MobileChange.State.OPEN)


class MobileChange(models.Model):
    """One change of one member's mobile, asked for or done."""

    class Way(models.TextChoices):
        """How it came about, and so who says that the person is the same."""

        OWN = "own", _("本人验证新号")
        LOST = "lost", _("旧号已停用，申请换号")
        DESK = "desk", _("单位、社区或市委组织部更正")
        IMPORT = "import", _("导入名册")
        REGISTRATION = "registration", _("报到时认作同一人")

    class State(States):
        ASKED = "asked", "warning", _("待核实")
        DONE = "done", "success", _("已换号")
        REFUSED = "refused", "danger", _("未通过")

        OPEN = states(ASKED)

    member = models.ForeignKey(Member, models.CASCADE, related_name="mobile_changes", verbose_name=_("党员"))
    old = NumberField(_("原手机号"))
    new = NumberField(_("新手机号"), validators=[validate_mobile])
    way = models.CharField(_("方式"), max_length=12, choices=Way)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DONE)
    asked_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )
    reason = models.CharField(_("说明"), max_length=LONGEST_REASON, blank=True)
    # Short messages still to be sent about it; the job empties the list (see `numbers.texting`).
    texts = models.JSONField(default=list, blank=True, editable=False)

    objects = MobileChangeQuerySet.as_manager()
    is_open = StateIn(State.OPEN)
    is_done = StateIn({State.DONE})

    class Meta:
        verbose_name = _("换号")
        verbose_name_plural = _("换号")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state="asked"), name="mobile_change_one_open_per_person"
            ),
            models.CheckConstraint(condition=~Q(old=F("new")), name="mobile_change_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_way_display()}"


class MobileChangeEvent(StateEvent):
    """Append-only history of a change of mobile."""

    change = models.ForeignKey(MobileChange, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("换号记录")
        verbose_name_plural = _("换号记录")
