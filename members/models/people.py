"""Members on the roster and what lowers their requirement."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import EncryptedTextField, NumberField
from xianfeng.lib.mobile import validate_mobile
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .organization import Organization

if TYPE_CHECKING:
    from .user import User

# A list inside one text column: "、理发、财务、" so that `contains="、理发、"` finds whole words.
SEPARATOR = "、"


def member_scope(organization: Organization, prefix: str = "") -> Q:
    """Condition for members an organisation may see; `prefix` leads to the member ("claim__member__").

    Unit and community are two lines of one person (条 and 块): a unit finds its members by unit, a
    street or community by residence, and the city sees all.
    """
    if organization.kind == Organization.Kind.CITY:
        return Q()
    line = {Organization.Kind.UNIT: "unit", Organization.Kind.ESTATE: "estate"}.get(
        Organization.Kind(organization.kind), "community"
    )
    return Q(**{f"{prefix}{line}__path__startswith": organization.path})


class MemberQuerySet(models.QuerySet["Member"]):
    def visible_to(self, user: "User") -> "MemberQuerySet":
        return self.filter(member_scope(user.desk.organization)) if user.desk else self.filter(user=user)

    def of(self, organization: Organization) -> "MemberQuerySet":
        return self.filter(member_scope(organization))

    def on_roster(self) -> "MemberQuerySet":
        return self.filter(state__in=Member.State.ON_ROSTER)

    def on_roster_in(self, year: int) -> "MemberQuerySet":
        """Whoever stood on the roster on a day of the year: the people of its yearly check (DOMAIN §4.5)."""
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        stayed = Q(departed_on__gte=first) | Q(departed_on=None) & ~Q(state=Member.State.DEPARTED)
        # Dates the wrong way round name no day at all.
        in_order = Q(joined_on=None) | Q(departed_on=None) | Q(joined_on__lte=F("departed_on"))
        came = Q(joined_on=None) | Q(joined_on__lte=last)
        return self.exclude(state=Member.State.MERGED).filter(came, stayed, in_order)

    def undated(self) -> "MemberQuerySet":
        """Nobody knows since when: every year is counted whole."""
        return self.filter(joined_on=None)

    def registered(self) -> "MemberQuerySet":
        return self.filter(state=Member.State.REGISTERED)

    def hold(self) -> None:
        """Lock these rows until the transaction ends, in the order in which everybody locks people.

        Read what they say afterwards: a row whose unit changed while a locking query waited is not found
        by its join with the former one any more. Whoever only writes a line that names one need not wait.
        """
        list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))


class Member(models.Model):
    """An in-service Party member on the roster; belongs to a unit and, by residence, to a community."""

    class State(States):
        """Follows from the person's registrations and the day of leaving; their histories are its history."""

        LISTED = "listed", "neutral", _("在册未报到")
        PENDING = "pending", "warning", _("报到待确认")
        REGISTERED = "registered", "success", _("已报到")
        DEPARTED = "departed", "neutral", _("已离开")
        # A second record of somebody: all that counts stands on the one it was merged into.
        MERGED = "merged", "neutral", _("已合并")

        ON_ROSTER = states(LISTED, PENDING, REGISTERED)
        UNREGISTERED = states(LISTED, PENDING)

    name = models.CharField(_("姓名"), max_length=60)
    pinyin = models.CharField(_("拼音"), max_length=160, blank=True, editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=20, blank=True, editable=False, db_index=True)
    mobile = NumberField(_("手机号"), unique=True, validators=[validate_mobile])
    unit = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="unit_members",
        verbose_name=_("单位"),
    )
    position = models.CharField(_("职务"), max_length=60, blank=True)
    is_leader = models.BooleanField(_("领导干部"), default=False)
    community = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="community_members",
        verbose_name=_("社区"),
    )
    estate = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="estate_members",
        verbose_name=_("小区"),
    )
    address = EncryptedTextField(_("住址"), blank=True, default="")
    skills = models.CharField(_("特长"), max_length=200, blank=True, help_text=_("多项用顿号分隔。"))
    intentions = models.CharField(_("服务意向"), max_length=200, blank=True, help_text=_("多项用顿号分隔。"))
    free_times = models.CharField(_("空闲时间"), max_length=200, blank=True)
    note = models.CharField(_("备注"), max_length=500, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.LISTED, db_index=True)
    joined_on = models.DateField(
        _("入册日期"),
        null=True,
        blank=True,
        help_text=_("年中入册的按剩余月份折算要求；留空表示早已在册，全年计入。"),
    )
    registered_at = models.DateTimeField(_("报到时间"), null=True, blank=True, editable=False)
    departed_on = models.DateField(_("离开日期"), null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="member",
        verbose_name=_("账号"),
    )
    # Shared with an account of the same person that is not the entry's own (`members/persons`).
    person = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_records",
        verbose_name=_("并入"),
    )
    batch = models.ForeignKey(
        "ImportBatch",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="members",
        verbose_name=_("导入批次"),
    )
    created_at = models.DateTimeField(_("建档时间"), auto_now_add=True)

    objects = MemberQuerySet.as_manager()
    is_listed = StateIn({State.LISTED})
    is_registered = StateIn({State.REGISTERED})
    is_departed = StateIn({State.DEPARTED})
    is_merged = StateIn({State.MERGED})

    class Meta:
        verbose_name = _("在职党员")
        verbose_name_plural = _("在职党员")
        ordering = ["id"]
        # Looked for together where somebody may be on record twice; the name alone is served as well.
        indexes = [models.Index(fields=["name", "unit"], name="member_by_name_and_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(estate__isnull=True) | Q(community__isnull=False),
                name="member_estate_needs_community",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="member_merged_names_the_other",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kept_record(self) -> "Member":
        """The record that counts for this person: the one it was merged into, however many merges on."""
        return self.merged_into.kept_record if self.merged_into else self

    @property
    def skill_list(self) -> list[str]:
        return [part for part in self.skills.split(SEPARATOR) if part]

    # Where a member belongs on either line (条 and 块): of each, the first that is set.
    PLACES = (("unit",), ("estate", "community"))

    def places(self) -> list[Organization]:
        first_set = (next(filter(None, (getattr(self, name) for name in line)), None) for line in self.PLACES)
        return [place for place in first_set if place]

    def organization_ids(self) -> set[int]:
        """Every organisation the member stands below: an audience naming one of them reaches the member."""
        return {pk for place in self.places() for pk in place.ancestor_ids()}


class ExemptionQuerySet(models.QuerySet["Exemption"]):
    def visible_to(self, user: "User") -> "ExemptionQuerySet":
        if not user.desk:
            return self.filter(member__user=user)
        return self.filter(member_scope(user.desk.organization, "member__"))

    def waiting(self) -> "ExemptionQuerySet":
        return self.filter(state__in=Exemption.State.OPEN)

    def for_a_second(self, user: "User") -> "ExemptionQuerySet":
        """Those that wait for somebody like this: not recorded by the user, and not about them."""
        own = user.own_accounts
        return self.waiting().exclude(approved_by__in=own).exclude(member__user__in=own)

    def granted(self) -> "ExemptionQuerySet":
        """What lowers the requirement."""
        return self.filter(state=Exemption.State.GRANTED)

    def standing(self) -> "ExemptionQuerySet":
        return self.filter(state__in=Exemption.State.STANDS)


class Exemption(models.Model):
    """Dated leave from service (sick leave, posting away, pregnancy); lowers the year's requirement."""

    class State(States):
        WAITING = "waiting", "warning", _("待第二人确认")
        GRANTED = "granted", "success", _("已批准")
        WITHDRAWN = "withdrawn", "neutral", _("已撤销")

        OPEN = states(WAITING)
        STANDS = states(WAITING, GRANTED)

    class Kind(models.TextChoices):
        SICK = "sick", _("病假")
        POSTED = "posted", _("外派挂职")
        PREGNANCY = "pregnancy", _("孕产")
        OTHER = "other", _("其他")

    member = models.ForeignKey(Member, models.CASCADE, related_name="exemptions", verbose_name=_("党员"))
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.GRANTED)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("批准人"),
    )
    approved_at = models.DateTimeField(_("批准时间"), auto_now_add=True)
    # Long leave takes effect once somebody else has confirmed it (`Policy.second_leave`).
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("第二人"),
    )
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("撤销人"),
    )

    objects = ExemptionQuerySet.as_manager()
    is_waiting = StateIn(State.OPEN)
    stands = StateIn(State.STANDS)

    class Meta:
        verbose_name = _("豁免")
        verbose_name_plural = _("豁免")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="exemption_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()}"


class ExemptionEvent(StateEvent):
    """Append-only history of an exemption."""

    exemption = models.ForeignKey(Exemption, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("豁免记录")
        verbose_name_plural = _("豁免记录")
