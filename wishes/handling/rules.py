"""Whether something may happen to a wish; the button and the action ask the same functions."""

import datetime as dt
from collections.abc import Set
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from wishes.models import Wish
from wishes.rights import OPEN_AFTERWARDS
from xianfeng.lib.refusal import Refusal, check_reason
from xianfeng.lib.times import format_moment

if TYPE_CHECKING:
    from members.models import User

State = Wish.State
SHORTEST_REASON = 4  # characters


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
    """Who may open the private brief: the case owner with a reason, or a holder of the claim for a while.

    Raises ReasonNeeded or BriefClosed.
    """
    desk = by.desk
    if desk and desk.can("wishes.handle") and desk.organization.contains(wish.organization):
        check_reason(reason, least=SHORTEST_REASON)
    elif ends := ends_of_held_tasks(wish, by):
        check_still_open(wish, max(ends), timezone.now())
    else:
        raise BriefClosed(_("只有承办的小区、社区和接单的党员能查看联系方式。"))


def check_still_open(wish: Wish, task_ends_at: dt.datetime, now: dt.datetime) -> None:
    """Helpers may look something up until 7 days after completion (DOMAIN 4.2). Raises BriefClosed.

    Complete is the task when it ends, or the wish when it is fulfilled, whichever is earlier: household
    data stay open no longer because a decision is late (个人信息保护法 6: least data).
    """
    until = min(filter(None, (task_ends_at, wish.fulfilled_at))) + OPEN_AFTERWARDS
    if now >= until:
        raise BriefClosed(
            _(
                "居民的联系方式在任务结束 %(days)s 天后关闭，已于 %(at)s 关闭。"
                "如仍需联系，请找发布任务的社区。"
            )
            % {"days": OPEN_AFTERWARDS.days, "at": format_moment(until)}
        )


def ends_of_held_tasks(wish: Wish, user: "User") -> list[dt.datetime]:
    """When the tasks of this wish end on which the user's own place stands."""
    tasks = wish.tasks.all()  # one, or the few that it was offered again with
    return [task.ends_at for task in tasks if task.claims.serving().filter(member__user=user).exists()]
