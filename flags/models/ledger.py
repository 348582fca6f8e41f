"""The append-only ledger of red flags: a chain of lines, its head, and totals kept beside it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States

if TYPE_CHECKING:
    from members.models import User


class Category(models.TextChoices):
    """五带头 and what a city recognises besides."""

    ACTIVITY = "activity", _("社区活动")
    WISH = "wish", _("微心愿")
    STEWARD = "steward", _("红管家")
    TEAM = "team", _("帮帮团")
    SUGGESTION = "suggestion", _("建言献策")
    OTHER = "other", _("其他认定")


def ledger_scope(organization: Organization) -> Q:
    """A unit sees its people's lines (by the unit of that day); a community what it awarded.

    An estate awards nothing itself: it sees the lines of the members who live there.
    """
    if organization.kind == Organization.Kind.CITY:
        return Q()
    if organization.kind == Organization.Kind.UNIT:
        return Q(unit__path__startswith=organization.path)
    if organization.kind == Organization.Kind.ESTATE:
        return Q(member__estate=organization)
    return Q(organization__path__startswith=organization.path)


class FlagEntryQuerySet(models.QuerySet["FlagEntry"]):
    def visible_to(self, user: "User") -> "FlagEntryQuerySet":
        return (
            self.filter(ledger_scope(user.desk.organization)) if user.desk else self.filter(member__user=user)
        )


class FlagEntry(models.Model):
    """One line. Written once by `flags.ledger`; the database refuses UPDATE and DELETE."""

    class Kind(States):
        AWARD = "award", "accent", _("亮旗")
        REVERSAL = "reversal", "danger", _("撤销")
        ADJUSTMENT = "adjustment", "warning", _("调整")

    class Source(models.TextChoices):
        """What `source_id` names: a place on a task, the settled year that is corrected, a merged record."""

        CLAIM = "claim", _("认定")
        ADJUSTMENT = "adjustment", _("调整")
        MERGE = "merge", _("合并")

    # Position in the chain, from 1 without gaps.
    seq = models.BigIntegerField(_("流水号"), primary_key=True)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    member = models.ForeignKey(Member, models.PROTECT, related_name="flag_entries", verbose_name=_("党员"))
    delta = models.IntegerField(_("红旗"))
    # Service time in minutes; negative on a reversal. Zero where the category is no volunteer service.
    minutes = models.IntegerField(_("服务时长（分钟）"), default=0)
    service_date = models.DateField(_("服务日期"))
    # The local year of the service date (Asia/Shanghai), stored so that the yearly check reads one index.
    year = models.PositiveSmallIntegerField(_("年度"))
    category = models.CharField(_("类别"), max_length=12, choices=Category)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="flag_entries",
        verbose_name=_("亮旗组织"),
    )
    unit = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("当时单位"))
    source_kind = models.CharField(_("来源类型"), max_length=20, choices=Source)
    source_id = models.BigIntegerField(_("来源编号"))
    source_label = models.CharField(_("来源"), max_length=120)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("经办人"),
    )
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("认定人"),
    )
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON, blank=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversal",
        verbose_name=_("撤销的流水"),
    )
    # Settled year that an adjustment in the open year corrects.
    settled_year = models.PositiveSmallIntegerField(_("更正年度"), null=True)
    key = models.CharField(_("唯一键"), max_length=80, unique=True)
    recorded_at = models.DateTimeField(_("记录时间"))
    previous_hash = models.CharField(_("上一条校验值"), max_length=64)
    hash = models.CharField(_("校验值"), max_length=64, unique=True)

    objects = FlagEntryQuerySet.as_manager()
    is_award = StateIn({Kind.AWARD}, "kind")
    is_of_claim = StateIn({Source.CLAIM}, "source_kind")
    is_carried_over = StateIn({Source.MERGE}, "source_kind")

    class Meta:
        verbose_name = _("红旗流水")
        verbose_name_plural = _("红旗流水")
        ordering = ["-seq"]
        indexes = [
            # Holds all that the yearly check sums, so that it reads the index alone, in order.
            models.Index(fields=["year", "member", "seq", "delta", "minutes"], name="flag_year_sums"),
            models.Index(fields=["year", "category", "service_date"], name="flag_year_category"),
            models.Index(fields=["organization", "-seq"], name="flag_org_recent"),
            models.Index(fields=["unit", "-seq"], name="flag_unit_recent"),
            models.Index(fields=["source_kind", "source_id"], name="flag_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="flag_reversal_names_its_award",
            ),
            models.CheckConstraint(
                condition=Q(kind="award", delta__gte=0) | ~Q(kind="award"),
                name="flag_award_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.delta:+d}"


HEAD = 1  # primary key of the only LedgerHead row


class LedgerHeadQuerySet(models.QuerySet["LedgerHead"]):
    def locked(self) -> "LedgerHead":
        """Keeps every other writer out until the transaction ends; take it last."""
        return self.select_for_update().get(pk=HEAD)


class LedgerHead(models.Model):
    """The end of the chain: the row every writer locks, and the proof that no line at the end was cut off."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    objects = LedgerHeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("台账末端")
        verbose_name_plural = _("台账末端")

    def __str__(self) -> str:
        return f"#{self.seq}"


class LedgerCheckQuerySet(models.QuerySet["LedgerCheck"]):
    def visible_to(self, user: "User") -> "LedgerCheckQuerySet":
        """Whoever sees flags may know whether the bank was looked at; it names nobody."""
        return self.all() if user.desk else self.none()


class LedgerCheck(models.Model):
    """One look at the whole ledger, by night or by command; append-only."""

    at = models.DateTimeField(_("时间"), auto_now_add=True)
    ok = models.BooleanField(_("相符"))
    lines = models.BigIntegerField(_("流水条数"))
    finding = models.CharField(_("发现"), max_length=200, blank=True)

    objects = LedgerCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("防篡改校验")
        verbose_name_plural = _("防篡改校验")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.lines}"


class MemberYearQuerySet(models.QuerySet["MemberYear"]):
    def visible_to(self, user: "User") -> "MemberYearQuerySet":
        members = Member.objects.visible_to(user)
        return self.filter(member__in=members)


class MemberYear(models.Model):
    """Sum of one member's lines in one year, kept in the transaction that appends them, compared nightly."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField()
    flags = models.IntegerField(default=0)
    minutes = models.IntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)

    objects = MemberYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("年度合计")
        verbose_name_plural = _("年度合计")
        constraints = [models.UniqueConstraint(fields=["member", "year"], name="member_year_once")]
        indexes = [models.Index(fields=["year", "flags"], name="member_year_flags")]

    def __str__(self) -> str:
        return f"{self.year}: {self.flags}"
