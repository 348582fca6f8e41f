"""May a member take this place, or wait for one? Button and action ask the same functions.

Definitions of the limits in a year's policy (DOMAIN 4.3); zero means no limit:

- *7-day limit*: on no seven consecutive days in Shanghai may a member hold more than
  `places_per_week` places on tasks that start on these days. It goes by the day of service, not of the
  click, so withdrawing and claiming anew gains nothing and a year's quota cannot be worked off in a few
  days. Places given back or freed do not count, a no-show does. In the last 24 hours before the start
  unfilled places are free of this limit.
- *Open places*: places on tasks that are not over; what only waits to be verified does not count.
- *Priority*: in the first `priority_hours` of sign-up, and never in the last 24 hours before the start,
  only who still lacks flags in the year of the service may take a place.
- *Suspension*: from the `suspend_after_no_shows`-th no-show in the calendar year on, no claims for
  `suspend_days` days, counted from the day the latest no-show was recorded. A muster's counts for none:
  who said yes in a hurry is not to be worse off than who stayed silent.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from django.db.models import Max
from django.utils.translation import gettext as _

from flags.assessment import standing as years
from flags.models import Policy
from flags.policy.policies import policy_for
from members.models import Member
from tasks.models import Claim, Task, Verification
from tasks.models.applicant import Applicant
from tasks.models.sessions import overlap, times_of
from tasks.rules import check_ordinary
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_date, format_moment, format_span, local_date, local_year, year_bounds

WEEK = dt.timedelta(days=7)
# Unfilled places are given to whoever comes: nobody is helped by an empty place.
OPEN_TO_ALL = dt.timedelta(hours=24)


class NotPublished(Refusal):
    code = "not_published"


class TaskCancelled(Refusal):
    code = "cancelled"


class WindowNotOpen(Refusal):
    code = "window_not_open"


class WindowOver(Refusal):
    code = "window_over"


class NotRegistered(Refusal):
    code = "not_registered"


class NotInAudience(Refusal):
    code = "not_in_audience"


class NotOwnClaim(Refusal):
    code = "not_own_claim"


class AlreadyClaimed(Refusal):
    code = "already_claimed"


class TaskFull(Refusal):
    code = "full"


class TaskMoved(Refusal):
    code = "moved"


class SuspendedAfterNoShows(Refusal):
    code = "suspended"


class OverlapsInTime(Refusal):
    code = "overlap"


class OverWeeklyLimit(Refusal):
    code = "weekly_limit"


class OverOpenLimit(Refusal):
    code = "open_limit"


class PriorityWindow(Refusal):
    code = "priority"


class OfferWaits(Refusal):
    code = "offer_waits"


class AlreadyWaiting(Refusal):
    code = "already_waiting"


class PlaceIsFree(Refusal):
    code = "place_is_free"


class OverWaitingLimit(Refusal):
    code = "waiting_limit"


class NotWithdrawable(Refusal):
    code = "not_withdrawable"


class Place(NamedTuple):
    """What the rules read of a place the member took."""

    claim_id: int
    task_id: int
    state: str
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    sessions: int
    kind: str = Task.Kind.ACTIVITY

    # Properties: a named tuple has no room for `StateIn`.
    @property
    def is_held(self) -> bool:
        return self.state in Claim.State.HOLDS_PLACE

    @property
    def is_taken(self) -> bool:
        return self.state in Claim.State.TAKEN

    @property
    def is_offered(self) -> bool:
        return self.state == Claim.State.OFFERED

    @property
    def is_waiting(self) -> bool:
        return self.state == Claim.State.WAITING


@dataclass(frozen=True)
class Limits:
    """The part of a year's policy that bounds claiming: columns of `Policy` under their own names.

    A rule that wants one more of them adds it here; the claim path reads it with the task.
    """

    places_per_week: int
    open_claims: int
    suspend_after_no_shows: int
    suspend_days: int
    withdraw_hours: int
    priority_hours: int

    @classmethod
    def of(cls, policy: Policy) -> Self:
        return cls(**{name: getattr(policy, name) for name in cls.__dataclass_fields__})

    @classmethod
    def at(cls, now: dt.datetime) -> Self:
        """The limits in force at a moment: those of its year in Shanghai. One query."""
        return cls.of(policy_for(local_year(now)))

    @classmethod
    def columns(cls, alias: str) -> str:
        """The select list of a raw query, for a table of policies under that alias."""
        return ", ".join(f"{alias}.{name} AS limit_{name}" for name in cls.__dataclass_fields__)

    @classmethod
    def read_with(cls, row: Any, now: dt.datetime) -> Self:
        """From a row that was selected with `columns`; the default ones where the city set none."""
        read = {name: getattr(row, f"limit_{name}") for name in cls.__dataclass_fields__}
        return cls.of(Policy(year=local_year(now))) if None in read.values() else cls(**read)


@dataclass(frozen=True)
class Standing:
    """All that the rules need to know about one member, for any number of open tasks."""

    applicant: Applicant
    limits: Limits
    places: Sequence[Place]
    suspended_until: dt.datetime | None = None
    # By year; asked of the forecast only where a rule needs it, and once.
    short: dict[int, bool] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, applicant: Applicant, limits: Limits, now: dt.datetime) -> Self:
        """Read in one query, two for somebody with as many no-shows as suspend."""
        places = read_places(applicant.id, now)
        no_shows = [place for place in places if is_no_show_of(place, local_year(now))]
        allowed = limits.suspend_after_no_shows
        suspended = bool(allowed) and len(no_shows) >= allowed
        return cls(applicant, limits, places, suspension_end(no_shows, limits) if suspended else None)

    def counted(self) -> list[Place]:
        """Places that use up a limit: who comes when called has no fewer ordinary tasks for it, ever."""
        return [place for place in self.taken() if place.kind != Task.Kind.MUSTER]

    def place_on(self, task_id: int) -> Place | None:
        return next((place for place in self.places if place.task_id == task_id), None)

    def taken(self) -> list[Place]:
        """What the person said yes to: an offer that is not answered bars nothing else."""
        return [place for place in self.places if place.is_taken]

    def is_short_of(self, year: int) -> bool:
        """Whether the year still lacks flags."""
        if year not in self.short:
            self.short[year] = lacks_flags(self.applicant.id, year)
        return self.short[year]


# Written out: the claim path and every card of the member's list rest on it.
READ_PLACES = """
SELECT t.id, t.kind, t.title, t.starts_at, t.ends_at, t.sessions, c.id AS claim_id, c.state AS claim_state
FROM tasks_claim c JOIN tasks_task t ON t.id = c.task_id
WHERE c.member_id = %(member)s AND (
    c.state = %(claimed)s OR t.ends_at >= %(recently)s
    OR (c.state = %(no_show)s AND t.starts_at >= %(new_year)s)
)
"""


def read_places(member_id: int, now: dt.datetime) -> list[Place]:
    """The member's places that any rule could weigh against a task that is open at `now`."""
    values = {
        "member": member_id,
        "recently": now - WEEK - dt.timedelta(days=1),
        "new_year": year_bounds(local_year(now))[0],
        "claimed": Claim.State.CLAIMED.value,
        "no_show": Claim.State.NO_SHOW.value,
    }
    found: Any = Task.objects.raw(READ_PLACES, values)
    return [
        Place(t.claim_id, t.pk, t.claim_state, t.title, t.starts_at, t.ends_at, t.sessions, t.kind)
        for t in found
    ]


def lacks_flags(member_id: int, year: int) -> bool:
    """By the figures that the member's own pages show; who owes nothing that year lacks nothing."""
    own = years.own(Member(pk=member_id), year)
    return bool(own and own.missing_flags and not own.is_exempt)


def is_no_show_of(place: Place, year: int) -> bool:
    is_ordinary = place.kind != Task.Kind.MUSTER
    return is_ordinary and place.state == Claim.State.NO_SHOW and local_year(place.starts_at) == year


def suspension_end(no_shows: Sequence[Place], limits: Limits) -> dt.datetime:
    """Counted from the latest record of a no-show; where none is kept, from the end of the task."""
    recorded = (
        Verification.objects.standing()
        .filter(claim__in=[place.claim_id for place in no_shows])
        .aggregate(latest=Max("verified_at"))["latest"]
    )
    since = recorded or max(place.ends_at for place in no_shows)
    return since + dt.timedelta(days=limits.suspend_days)


def is_in_audience(task: Task, member: Member) -> bool:
    return Task.objects.reaching(member).filter(pk=task.pk).exists()


def claim_obstacle(task: Task, member: Member, now: dt.datetime) -> Refusal | None:
    """Why the member may not claim the task at `now`; None where nothing stands in the way."""
    standing = Standing.of(Applicant.of(member), Limits.at(now), now)
    return obstacle(task, standing, now, in_audience=is_in_audience(task, member))


def obstacle(task: Task, standing: Standing, now: dt.datetime, *, in_audience: bool = True) -> Refusal | None:
    """Like `claim_obstacle` without a query, for lists."""
    try:
        check_claim(task, standing, now, in_audience=in_audience)
    except Refusal as refusal:
        return refusal
    return None


def check_claim(task: Task, standing: Standing, now: dt.datetime, *, in_audience: bool) -> None:
    """Raises the first refusal that applies, what cannot be helped before what the member can change."""
    check_applicant(standing.applicant, in_audience=in_audience)
    check_ordinary(task)
    check_not_held(task, standing)
    check_open(task, now)
    check_free_place(task)
    check_person(task, standing, now)
    check_priority(task, standing, now)


def check_person(task: Task, standing: Standing, now: dt.datetime) -> None:
    """What of their own keeps this person from a free place."""
    check_not_suspended(standing, now)
    check_overlap(task, standing)
    check_week(task, standing, now)
    check_open_places(standing, now)


def check_offer(task: Task, standing: Standing, now: dt.datetime, *, in_audience: bool) -> None:
    """Whether a place that is kept for this person may be theirs: everything that is asked of a claim."""
    check_applicant(standing.applicant, in_audience=in_audience)
    check_open(task, now)
    check_person(task, standing, now)
    check_priority(task, standing, now)


def check_wait(task: Task, standing: Standing, now: dt.datetime, *, in_audience: bool) -> None:
    """As a claim is asked, but for the free place; whose turn comes later in the priority may wait for it."""
    check_applicant(standing.applicant, in_audience=in_audience)
    check_ordinary(task)
    check_not_held(task, standing)
    check_not_waiting(task, standing)
    check_open(task, now)
    check_not_begun(task, now)
    check_full(task)
    check_person(task, standing, now)
    check_waiting_places(standing, now)


def check_applicant(applicant: Applicant, *, in_audience: bool) -> None:
    if applicant.is_departed:
        raise NotRegistered(
            _("您已离开名册，不能再接单。回来工作的，请单位登记重新入册，或扫所在社区的二维码报到。")
        )
    if not applicant.is_registered:
        raise NotRegistered(
            _("只有已报到的党员才能接单，您目前是“%(state)s”。请扫所在社区的二维码报到，社区确认后即可接单。")
            % {"state": applicant.state_in_words}
        )
    if not in_audience:
        raise NotInAudience(_("这项任务不面向您所在的社区和单位。请在“任务”里选择面向您的任务。"))


def check_not_held(task: Task, standing: Standing) -> None:
    place = standing.place_on(task.pk)
    if place and place.is_offered:
        raise OfferWaits(_("这项任务正为您留着一个名额，不用重新接单。请打开它，点“接受”或“不接受”。"))
    if place and place.is_held:
        raise AlreadyClaimed(_("您已接下这项任务，不用重复接单。可在“签到”里查看。"))


def check_open(task: Task, now: dt.datetime) -> None:
    if task.state == Task.State.CANCELLED:
        raise TaskCancelled(
            _("任务已取消。原因：%(reason)s。请选择其他任务。")
            % {"reason": task.cancel_reason or _("未说明")}
        )
    if not task.is_published:
        raise NotPublished(
            _("任务目前是“%(state)s”，不能接单。请选择其他任务。") % {"state": task.get_state_display()}
        )
    if not Task.SIGN_UP.has_opened(task, now):
        raise WindowNotOpen(
            _("还没到接单时间：%(at)s 开始接单，请到时再来。") % {"at": format_moment(task.signup_opens_at)}
        )
    if Task.SIGN_UP.is_over(task, now):
        raise WindowOver(
            _("接单已于 %(at)s 截止。请选择其他任务。") % {"at": format_moment(task.signup_closes_at)}
        )


def check_unmoved(task: Task, read: Task) -> None:
    """Nobody gets a place at another time than the one they read."""
    if times_of(task) != times_of(read):
        raise TaskMoved(
            _("任务时间刚刚改为%(span)s，没有接单。请核对新的时间，合适再接。")
            % {"span": format_span(task.starts_at, task.ends_at)}
        )


def check_free_place(task: Task) -> None:
    if task.is_full:
        raise TaskFull(
            _("%(capacity)s 个名额已全部接完。可以排队候补，有人退出时按先后通知；也可以选择其他任务。")
            % {"capacity": task.capacity}
        )


def check_full(task: Task) -> None:
    if not task.is_full:
        raise PlaceIsFree(_("现在还有 %(left)s 个名额，不用候补，请直接接单。") % {"left": task.places_left})


def check_not_waiting(task: Task, standing: Standing) -> None:
    place = standing.place_on(task.pk)
    if place and place.is_waiting:
        raise AlreadyWaiting(_("您已在这项任务的候补名单里，不用重复排队。"))


def check_not_begun(task: Task, now: dt.datetime) -> None:
    """Nobody is offered a place on what has begun; who comes all the same takes a free one."""
    if now >= task.starts_at:
        raise WindowOver(
            _("任务已于 %(at)s 开始，不再候补。请选择其他任务。") % {"at": format_moment(task.starts_at)}
        )


def check_waiting_places(standing: Standing, now: dt.datetime) -> None:
    """Who waited everywhere would hold up everybody: as many at once as open places."""
    limit = standing.limits.open_claims
    in_line = [place for place in standing.places if place.is_waiting and place.ends_at > now]
    if limit and len(in_line) >= limit:
        raise OverWaitingLimit(
            _("同时最多候补 %(limit)s 项任务，您已在候补 %(held)s 项。请先退出其中一项候补。")
            % {"limit": limit, "held": len(in_line)}
        )


def check_priority(task: Task, standing: Standing, now: dt.datetime) -> None:
    """Nothing is read where the policy sets no hours, or they are over."""
    hours = standing.limits.priority_hours
    until = priority_until(task, hours)
    if not hours or now >= until or standing.is_short_of(year := local_year(task.starts_at)):
        return
    raise PriorityWindow(
        _("接单开始后 %(hours)s 小时内，先由 %(year)s 年红旗还不够的党员接。您可以从 %(until)s 起接单。")
        % {"hours": hours, "year": year, "until": format_moment(until)}
    )


def priority_until(task: Task, hours: int) -> dt.datetime:
    """Until when places are for those who lack flags; in the last day they are for whoever comes."""
    return min(task.signup_opens_at + dt.timedelta(hours=hours), task.starts_at - OPEN_TO_ALL)


def check_not_suspended(standing: Standing, now: dt.datetime) -> None:
    until = standing.suspended_until
    if until is None or now >= until:
        return
    raise SuspendedAfterNoShows(
        _("今年接单后未到场已达 %(count)s 次，暂停接单到 %(until)s。如记录有误，请联系认定的社区更正。")
        % {"count": standing.limits.suspend_after_no_shows, "until": format_moment(until)}
    )


def check_overlap(task: Task, standing: Standing) -> None:
    for place in standing.taken():
        if overlap(task, place):
            raise OverlapsInTime(
                _("与您已接的“%(title)s”（%(span)s）时间重叠。请先退出那一项，或选择其他时间的任务。")
                % {"title": place.title, "span": format_span(place.starts_at, place.ends_at)}
            )


def check_week(task: Task, standing: Standing, now: dt.datetime) -> None:
    limit = standing.limits.places_per_week
    if not limit or now >= task.starts_at - OPEN_TO_ALL:
        return
    first, held = fullest_week(
        local_date(task.starts_at), [local_date(p.starts_at) for p in standing.counted()]
    )
    if held >= limit:
        raise OverWeeklyLimit(
            _(
                "任意7天内最多接 %(limit)s 项，%(first)s至%(last)s您已接 %(held)s 项。"
                "请选择其他日期的任务，或在开始前24小时内再看是否还有名额（届时不限）。"
            )
            % {
                "limit": limit,
                "held": held,
                "first": format_date(first, weekday=False),
                "last": format_date(first + WEEK - dt.timedelta(days=1), weekday=False),
            }
        )


def fullest_week(day: dt.date, taken: Sequence[dt.date]) -> tuple[dt.date, int]:
    """The seven days around `day` that hold most of `taken`: their first day, and how many."""
    weeks = [day - dt.timedelta(days=back) for back in range(7)]
    counts = [(sum(first <= other < first + WEEK for other in taken), first) for first in weeks]
    most, first = max(counts)
    return first, most


def check_open_places(standing: Standing, now: dt.datetime) -> None:
    limit = standing.limits.open_claims
    waiting = [p for p in standing.counted() if p.state in Claim.State.OPEN and p.ends_at > now]
    if limit and len(waiting) >= limit:
        raise OverOpenLimit(
            _("同时最多有 %(limit)s 项未完成的任务，您已有 %(held)s 项。请完成或退出其中一项后再接。")
            % {"limit": limit, "held": len(waiting)}
        )


def is_near(task: Task, limits: Limits, now: dt.datetime) -> bool:
    """Whether the start is so near that who comes or leaves now changes the organiser's plans."""
    return now >= task.starts_at - dt.timedelta(hours=limits.withdraw_hours)
