"""Whether something may happen to a wish; the button and the action ask the same functions."""

import datetime as dt
from collections.abc import Set
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

from wishes.models import Wish
from xianfeng.lib.refusal import Refusal, check_reason

if TYPE_CHECKING:
    from members.models import User

State = Wish.State
SHORTEST_REASON = 4  # characters
# Helpers may look something up for a week after the work is done (DOMAIN 4.2).
OPEN_AFTERWARDS = dt.timedelta(days=7)


class WrongState(Refusal):
    code = "wrong_state"


class BriefClosed(Refusal):
    code = "brief_closed"


def overtaken() -> WrongState:
    return WrongState(_("这条心愿刚被别人办理，请刷新后查看最新情况。"))


def check_state(wish: Wish, allowed: Set[str]) -> None:
    """Raises WrongState unless the wish is in one of the states."""
    if wish.state not in allowed:
        raise WrongState(
            _("这条心愿的状态是“%(state)s”，不能这样办理。请刷新后查看最新情况。")
            % {"state": wish.get_state_display()}
        )


def check_brief(wish: Wish, by: "User", reason: str) -> None:
    """Who may open the private brief: the case owner with a reason, or a holder of the claim.

    Raises ReasonNeeded or BriefClosed.
    """
    desk = by.desk
    if desk and desk.can("wishes.handle") and desk.organization.contains(wish.organization):
        check_reason(reason, least=SHORTEST_REASON)
    elif not holds_claim(wish, by):
        raise BriefClosed(_("只有承办的小区、社区和接单的党员能查看联系方式。"))
    elif wish.fulfilled_at and timezone.now() > wish.fulfilled_at + OPEN_AFTERWARDS:
        raise BriefClosed(
            _("心愿完成已超过 %(days)s 天，联系方式不再开放。") % {"days": OPEN_AFTERWARDS.days}
        )


def holds_claim(wish: Wish, user: "User") -> bool:
    """Whether the user's own place on a task of this wish stands; tasks are reached through the wish."""
    claims: Any = apps.get_model("tasks", "Claim")  # by name: this layer imports none above it
    own = claims.objects.filter(task__wish=wish, member__user=user)
    return bool(own.filter(state__in=claims.State.SERVES).exists())
