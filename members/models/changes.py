"""What happens to a place on the roster: entered, left, moved to another unit, entered again (DOMAIN 4.1)."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .organization import Organization
from .people import Member, member_scope

if TYPE_CHECKING:
    from .user import User


class RosterChangeQuerySet(models.QuerySet["RosterChange"]):
    def visible_to(self, user: "User") -> "RosterChangeQuerySet":
        """Whoever sees the person, and both units of a transfer: one hands over, the other takes in."""
        if not user.desk:
            return self.filter(member__user=user)
        organization = user.desk.organization
        seen = member_scope(organization, "member__")
        if organization.is_unit:
            below = organization.path
            seen |= Q(to_unit__path__startswith=below) | Q(from_unit__path__startswith=below)
        return self.filter(seen)

    def asked(self) -> "RosterChangeQuerySet":
        return self.filter(state__in=RosterChange.State.OPEN)

    def to_receive(self, unit: Organization) -> "RosterChangeQuerySet":
        """Transfers that ask this unit, or one below it, to take somebody in."""
        return self.asked().filter(to_unit__path__startswith=str(unit.path))

    def ahead(self) -> "RosterChangeQuerySet":
        """Recorded, and still to come."""
        return self.filter(state__in=RosterChange.State.AHEAD)

    def units_before(self, members: Iterable[int]) -> dict[int, list[tuple[dt.date, int]]]:
        """Of who moved: the days of the moves, earliest first, each with the unit until then."""
        moves = self.filter(
            member__in=set(members), kind=RosterChange.Kind.MOVED, state=RosterChange.State.DONE
        )
        found: dict[int, list[tuple[dt.date, int]]] = {}
        for member, day, unit in moves.order_by("day", "id").values_list("member", "day", "from_unit"):
            found.setdefault(member, []).append((day, unit))
        return found

    def deaths(self) -> "RosterChangeQuerySet":
        """Nobody writes to who died."""
        return self.standing().filter(kind=RosterChange.Kind.DIED)

    def standing(self) -> "RosterChangeQuerySet":
        return self.filter(state__in=RosterChange.State.STANDS)


class RosterChange(models.Model):
    """One dated change; what the roster says of the person follows from it on its day."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("入册")
        LEFT = "left", _("离开")
        RETIRED = "retired", _("退休")
        DIED = "died", _("去世")
        MOVED = "moved", _("调动")
        RETURNED = "returned", _("重新入册")

    class State(States):
        ASKED = "asked", "warning", _("待对方接收")
        PLANNED = "planned", "info", _("到期生效")
        DONE = "done", "success", _("已生效")
        REFUSED = "refused", "danger", _("对方未接收")
        UNDONE = "undone", "neutral", _("已撤销")

        OPEN = states(ASKED)
        AHEAD = states(ASKED, PLANNED)
        STANDS = states(ASKED, PLANNED, DONE)

    LEAVING = (Kind.LEFT, Kind.RETIRED, Kind.DIED)

    member = models.ForeignKey(Member, models.CASCADE, related_name="roster_changes", verbose_name=_("党员"))
    kind = models.CharField(_("变动"), max_length=10, choices=Kind)
    # The first day on the roster or in the new unit; of leaving, the last day.
    day = models.DateField(_("日期"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DONE)
    from_unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原单位")
    )
    to_unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("新单位")
    )
    note = models.CharField(_("说明"), max_length=LONGEST_REASON, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )  # nobody where a command line imported it
    batch = models.ForeignKey(
        "members.ImportBatch", models.SET_NULL, null=True, editable=False, related_name="roster_changes"
    )
    recorded_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    # The person's dates before it: what taking it back restores.
    before = models.JSONField(default=dict, editable=False)

    objects = RosterChangeQuerySet.as_manager()
    is_open = StateIn(State.OPEN)
    is_ahead = StateIn(State.AHEAD)
    stands = StateIn(State.STANDS)

    class Meta:
        verbose_name = _("名册变动")
        verbose_name_plural = _("名册变动")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["asked", "planned"]),
                name="roster_change_one_ahead_per_person",
            ),
            models.CheckConstraint(
                condition=~Q(kind="moved") | Q(from_unit__isnull=False, to_unit__isnull=False),
                name="roster_change_moves_between_two",
            ),
            models.CheckConstraint(
                condition=~Q(kind="moved") | ~Q(from_unit=F("to_unit")), name="roster_change_moves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()}"

    @property
    def is_leaving(self) -> bool:
        return self.kind in self.LEAVING

    @property
    def is_move(self) -> bool:
        return self.kind == self.Kind.MOVED


class RosterChangeEvent(StateEvent):
    """Append-only history of a change of the roster."""

    change = models.ForeignKey(RosterChange, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("名册变动记录")
        verbose_name_plural = _("名册变动记录")
