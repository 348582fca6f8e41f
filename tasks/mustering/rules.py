"""What a muster refuses, and why.

A muster is in earnest and at once, so that much of what bounds ordinary tasks is not asked of it: it is
published for a start that is now, nobody reviews it first, and an answer is held back by no limit, no
priority and no suspension. What it costs is that the tier above, and everybody called, hears of every step.
Another place at the same time is shown and does not refuse: who is needed where is for the person to say.
"""

import datetime as dt

from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.claiming.rules import check_applicant
from tasks.models import Claim, Muster, ServiceItem, Task
from tasks.models.applicant import Applicant
from tasks.models.sessions import LONGEST_SESSION
from tasks.rights import PUBLISHING_TIERS, demand, desk_in
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment

# The catalogue's entries for the real thing and for the drill; their flags and hours are the city's to set.
ITEM, DRILL_ITEM = "OTH-01", "OTH-03"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
# What begins later than that is an ordinary task: there is time to plan it.
FURTHEST = 24 * HOUR
LONGEST = LONGEST_SESSION // HOUR


class ItemMissing(Refusal):
    code = "item_missing"


class NobodyToCall(Refusal):
    code, field = "nobody_to_call", "reach"


class TooFarAhead(Refusal):
    code, field = "too_far_ahead", "starts_at"


class NotGoingOn(Refusal):
    code = "not_going_on"


class NotBegunYet(Refusal):
    code = "not_begun_yet"


class SomebodyCame(Refusal):
    code = "somebody_came"


class OnTheSpot(Refusal):
    code = "on_the_spot"


class OutOfBounds(Refusal):
    code, field = "out_of_bounds", "hours"


class TooFewPlaces(Refusal):
    code, field = "too_few_places", "capacity"


def may_run(user: User, task: Task) -> bool:
    """Who called ends it: the publisher's own desk."""
    return desk_in(user, "muster.call", {task.publisher_id})


def demand_caller(by: User, publisher: Organization) -> None:
    demand(publisher.kind in PUBLISHING_TIERS and desk_in(by, "muster.call", {publisher.pk}))


def item_for(*, is_drill: bool) -> ServiceItem:
    code = DRILL_ITEM if is_drill else ITEM
    item = ServiceItem.objects.active().filter(code=code).first()
    if item is None:
        raise ItemMissing(
            _("服务事项目录里没有启用“%(code)s”，不能吹哨。请市委组织部在目录中启用它。") % {"code": code}
        )
    return item


def check_start(starts_at: dt.datetime, now: dt.datetime) -> None:
    if starts_at > now + FURTHEST:
        raise TooFarAhead(
            _("应急集结只用于 24 小时内开始的事，%(start)s 还早。请改时间，或发布普通任务。")
            % {"start": format_moment(starts_at)}
        )


def check_anybody(count: int) -> None:
    if not count:
        raise NobodyToCall(_("所选范围内没有已报到的党员，没有人可以集结。请换一个范围。"))


def check_going_on(muster: Muster, now: dt.datetime) -> None:
    """Needs its task, as it stands."""
    task = muster.task
    if muster.is_false_alarm:
        raise NotGoingOn(_("这次集结已作为误报撤销，不用前往，也不用答复。"))
    if muster.stood_down_at:
        raise NotGoingOn(
            _("集结已于 %(at)s 解除，不用再答复。") % {"at": format_moment(muster.stood_down_at)}
        )
    if now >= task.ends_at:
        raise NotGoingOn(_("集结已到预定的结束时间 %(at)s。") % {"at": format_moment(task.ends_at)})


def check_answer(
    muster: Muster, applicant: Applicant, now: dt.datetime, *, was_called: bool, in_audience: bool
) -> None:
    """Who was called stays called, wherever they moved since."""
    check_applicant(applicant, in_audience=was_called or in_audience)
    check_going_on(muster, now)


def check_not_there(claim: Claim | None) -> None:
    if claim and claim.was_present:
        raise OnTheSpot(_("现场已点名记您到场，不能再改为来不了。如果记错了，请现场负责人撤回点名。"))


def check_can_end(muster: Muster, now: dt.datetime) -> None:
    """Once, and only what has begun; past its planned end it can still be thanked for."""
    if muster.is_false_alarm or muster.stood_down_at:
        check_going_on(muster, now)
    if now <= muster.task.starts_at:
        raise NotBegunYet(
            _("集结 %(start)s 才开始，还不能解除。不需要了，请用“撤销误报”。")
            % {"start": format_moment(muster.task.starts_at)}
        )


def check_nobody_came(task: Task) -> None:
    """Whoever stood there has served: that is no false alarm any more."""
    count = task.claims.filter(presence=Claim.Presence.PRESENT).count()
    if count:
        raise SomebodyCame(
            _("已有 %(count)d 人点名到场，不能按误报撤销。请用“解除集结”，他们的服务照常认定。")
            % {"count": count}
        )


def check_bounds(task: Task, capacity: int, ends_at: dt.datetime, now: dt.datetime) -> None:
    if capacity < task.places_taken:
        raise TooFewPlaces(
            _("已有 %(taken)d 人答应参加，需要人数不能少于这个数。") % {"taken": task.places_taken}
        )
    if not now < ends_at <= task.starts_at + LONGEST_SESSION:
        raise OutOfBounds(
            _("一次集结最长 %(most)d 小时，结束时间要在现在以后。更长的请到时再吹一次哨，换一批人。")
            % {"most": LONGEST}
        )
