"""May the holder give the place back, and how does it look to the organiser? And who still sees the brief."""

import datetime as dt
import enum

from django.db.models import F
from django.utils.translation import gettext as _

from tasks.claiming.rules import Limits, NotWithdrawable, is_near
from tasks.models import Claim
from tasks.models.sessions import overlap
from wishes.handling.rules import BriefClosed, check_still_open
from xianfeng.lib.refusal import Refusal, check_reason
from xianfeng.lib.times import format_moment


class Leaving(enum.StrEnum):
    """How a place is given back: LATE owes a reason; EXCUSED is as late, and the organiser's own doing."""

    EARLY = "early"
    EXCUSED = "excused"
    LATE = "late"


def excused_until(claim: Claim, limits: Limits) -> dt.datetime | None:
    """Until when the holder leaves freely, however near the start, because the organiser set another time.

    As many hours from the change on as otherwise before the start, for who held the place then; also for
    a place that another task of theirs was put over.
    """
    held = Claim.objects.open().filter(member=claim.member_id, task__moved_at__gt=F("claimed_at"))
    moved = [one.task.moved_at for one in held.select_related("task") if overlap(one.task, claim.task)]
    latest = max(filter(None, moved), default=None)
    return latest and min(latest + dt.timedelta(hours=limits.withdraw_hours), claim.task.starts_at)


def leaving_at(now: dt.datetime, claim: Claim, limits: Limits) -> Leaving:
    """How giving a place back at `now` looks to the organiser. A query where the start is near."""
    if not is_near(claim.task, limits, now):
        return Leaving.EARLY
    until = excused_until(claim, limits)
    return Leaving.EXCUSED if until and now <= until else Leaving.LATE


def withdraw_obstacle(claim: Claim, now: dt.datetime) -> Refusal | None:
    """Why the place cannot be given back at `now`; needs `claim.task`. No query."""
    if not claim.is_open:
        return NotWithdrawable(_("接单目前是“%(state)s”，不能退出。") % {"state": claim.get_state_display()})
    if not claim.task.is_published:
        return NotWithdrawable(
            _("任务目前是“%(state)s”，不用退出。") % {"state": claim.task.get_state_display()}
        )
    if claim.task.is_muster:
        return NotWithdrawable(_("这是应急集结，请打开集结页面改答复：解除以前随时可以改。"))
    if now >= claim.task.starts_at:
        return NotWithdrawable(
            _("任务已于 %(at)s 开始，不能再退出。确实来不了，请马上联系负责人 %(name)s。")
            % {"at": format_moment(claim.task.starts_at), "name": claim.task.organiser_name}
        )
    return None


def check_withdrawal(claim: Claim, how: Leaving, limits: Limits, reason: str, now: dt.datetime) -> str:
    """The reason, which may be empty unless it is late. Raises NotWithdrawable, ReasonNeeded."""
    if refusal := withdraw_obstacle(claim, now):
        raise refusal
    least = 1 if how == Leaving.LATE else 0
    told = _("距开始不到 %(hours)s 小时才退出，组织者要据此另作安排") % {"hours": limits.withdraw_hours}
    return check_reason(reason, least=least, told=told)


def brief_obstacle(claim: Claim, now: dt.datetime) -> Refusal | None:
    """Why the holder may not open the wish's private brief; until when, the wish's own rule says."""
    if not claim.serves:
        return BriefClosed(_("只有接单的党员能看居民的联系方式，您已不在这项任务中。"))
    try:
        if claim.task.wish:
            check_still_open(claim.task.wish, claim.task.ends_at, now)
    except BriefClosed as refusal:
        return refusal
    return None


def check_brief(claim: Claim, now: dt.datetime) -> None:
    if refusal := brief_obstacle(claim, now):
        raise refusal
