"""Reporting to a community: the proof of a mobile, the application and its history."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import EncryptedTextField, NumberField
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .organization import Organization
from .people import Member

if TYPE_CHECKING:
    from .user import User


class MobileProof(models.Model):
    """A one-time code sent to a mobile; only its hash is kept."""

    mobile = NumberField(_("手机号"), db_index=True)
    code_hash = models.CharField(max_length=128)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("手机验证")
        verbose_name_plural = _("手机验证")

    def __str__(self) -> str:
        return f"#{self.pk}"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: "User") -> "RegistrationQuerySet":
        """Communities see what was sent to them, units what concerns their people, members their own."""
        if not user.desk:
            return self.filter(user=user)
        organization = user.desk.organization
        if organization.kind == Organization.Kind.UNIT:
            return self.filter(unit__path__startswith=organization.path)
        if organization.kind == Organization.Kind.ESTATE:
            return self.filter(estate__path__startswith=organization.path)
        return self.filter(community__path__startswith=organization.path)

    def open(self) -> "RegistrationQuerySet":
        return self.filter(state__in=Registration.State.OPEN)

    def agreeing(self) -> "RegistrationQuerySet":
        """On the roster, and as the roster says in everything."""
        return self.filter(on_roster=True, differences=[])


class Registration(models.Model):
    """One application of a person to a community; `member` is empty when the roster knows no such person."""

    class State(States):
        SUBMITTED = "submitted", "warning", _("待确认")
        RETURNED = "returned", "danger", _("已退回")
        CONFIRMED = "confirmed", "success", _("已确认")
        WITHDRAWN = "withdrawn", "neutral", _("已撤回")
        TRANSFERRED = "transferred", "info", _("已转出")

        OPEN = states(SUBMITTED)
        # Here, or on the way here.
        STANDS = states(SUBMITTED, CONFIRMED)
        # The community took the person in; they may have moved on since.
        TAKEN_IN = states(CONFIRMED, TRANSFERRED)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="registrations",
        verbose_name=_("账号"),
    )
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("党员"),
    )
    name = models.CharField(_("姓名"), max_length=60)
    mobile = NumberField(_("手机号"))
    unit = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("单位"))
    community = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="registrations",
        verbose_name=_("社区"),
    )
    estate = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("小区"),
    )
    address = EncryptedTextField(_("住址"), blank=True, default="")
    skills = models.CharField(_("特长"), max_length=200, blank=True)
    intentions = models.CharField(_("服务意向"), max_length=200, blank=True)
    free_times = models.CharField(_("空闲时间"), max_length=200, blank=True)
    # As the roster stood when the application came in; a confirmed one has a member in any case.
    on_roster = models.BooleanField(_("在册"), default=True)
    # What differs from the roster: [["unit", "名册上的单位", "本人填写的单位"], …].
    differences = models.JSONField(_("与名册不符"), default=list, blank=True)
    promised_at = models.DateTimeField(_("承诺时间"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.SUBMITTED, db_index=True)
    submitted_at = models.DateTimeField(_("提交时间"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON, blank=True)

    objects = RegistrationQuerySet.as_manager()
    is_open = StateIn(State.OPEN)
    is_returned = StateIn({State.RETURNED})
    was_taken_in = StateIn(State.TAKEN_IN)

    class Meta:
        verbose_name = _("报到")
        verbose_name_plural = _("报到")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state="submitted"),
                name="registration_one_open_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.community}"


class RegistrationEvent(StateEvent):
    """Append-only history of a registration."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("报到记录")
        verbose_name_plural = _("报到记录")

    def get_to_display(self) -> str:
        """What happened, in words: of the same state, the estate moved to another community."""
        return str(_("随小区划转")) if self.from_state == self.to_state else super().get_to_display()
