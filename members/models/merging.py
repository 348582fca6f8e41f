"""Two records of one person: one is kept, the other points to it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.crypto import EncryptedJSONField
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.states import StateIn, States, states
from xianfeng.lib.transitions import StateEvent

from .people import Member, member_scope

if TYPE_CHECKING:
    from .user import User


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: "User") -> "MergeQuerySet":
        """Whoever sees one of the two records: both sides are told, and either may say that it was wrong."""
        if not user.desk:
            return self.filter(kept__user=user)
        organization = user.desk.organization
        return self.filter(member_scope(organization, "kept__") | member_scope(organization, "gone__"))

    def standing(self) -> "MergeQuerySet":
        return self.filter(state__in=Merge.State.STANDS)


class Merge(models.Model):
    """One merge, with all that is needed to take it apart again."""

    class State(States):
        DONE = "done", "success", _("已合并")
        UNDONE = "undone", "neutral", _("已撤销")

        STANDS = states(DONE)

    kept = models.ForeignKey(Member, models.PROTECT, related_name="merges", verbose_name=_("保留的记录"))
    gone = models.ForeignKey(Member, models.PROTECT, related_name="merges_away", verbose_name=_("并入的记录"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DONE)
    reason = models.CharField(_("怎样核实的"), max_length=LONGEST_REASON)
    merged_at = models.DateTimeField(_("合并时间"), default=timezone.now)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人")
    )
    # What each room moved, by the room's name: what undoing it needs.
    moved = EncryptedJSONField(editable=False)

    objects = MergeQuerySet.as_manager()
    stands = StateIn(State.STANDS)

    class Meta:
        verbose_name = _("记录合并")
        verbose_name_plural = _("记录合并")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(state="done"), name="merge_once_per_record"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two_records"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"


class MergeEvent(StateEvent):
    """Append-only history of a merge."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="events")

    class Meta(StateEvent.Meta):
        verbose_name = _("合并记录")
        verbose_name_plural = _("合并记录")
