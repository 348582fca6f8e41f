"""What holders of places are told of a series, once for all its dates; and its publisher, before it ends."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest
from members.models import User
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many
from tasks.models import Claim, ClaimEvent, Series, Task, TaskEvent
from xianfeng.lib.times import format_date, format_moment, format_span

NAMED = 4  # dates that a message names; the page behind it has them all
HOLDERS = _("接了这个系列的一次、几次或在候补的党员")
SERIES_CHANGED = Kind("series_changed", _("系列任务有变"), told=HOLDERS)
SERIES_CANCELLED = Kind("series_cancelled", _("系列任务取消"), told=HOLDERS)
SERIES_ENDS = Kind(
    "series_ends", _("系列任务快结束"), told=_("发布组织的书记、工作人员；无人任职的，由上级的收")
)
KINDS = declare(SERIES_CHANGED, SERIES_CANCELLED, SERIES_ENDS)

CHANGED = Wording(
    SERIES_CHANGED,
    key="series:%(series)s:changed:%(event)s:%(user)s",
    subject=_("系列任务时间或地点有变：%(title)s（您的 %(count)d 次）"),
    body=_("现在是：%(dates)s；地点：%(place)s。如不能参加，请退出，把名额留给别人。"),
    link="tasks:my_series",
)
CLASHES = Wording(
    SERIES_CHANGED,
    key=CHANGED.key,
    subject=_("系列任务改了时间，与您的其他任务重叠：%(title)s"),
    body=_(
        "现在是：%(dates)s；地点：%(place)s。其中 %(crossed)s 重叠。"
        "请在开始前退出其中一项：不算未到场，也不影响以后接单。"
    ),
    link="tasks:my_series",
)
CANCELLED = Wording(
    SERIES_CANCELLED,
    key="series:%(series)s:cancelled:%(event)s:%(user)s",
    subject=_("系列任务取消了 %(count)d 次：%(title)s"),
    body=_("取消的是：%(dates)s。原因：%(reason)s。您的名额和候补随之结束，不算未到场。"),
    link="tasks:my_series",
)
ENDS = Wording(
    SERIES_ENDS,
    key="series:%(series)s:ends:%(last)s:%(user)s",
    subject=_("“%(title)s”系列快结束了，排到 %(last)s"),
    body=_("%(pattern)s的这个系列没有更晚的日期了。还要办的，打开系列页点“续下去”，各次照最近一次的安排。"),
    link="tasks:series",
)


def tell_changed(series: Series, dates: Sequence[Task], clashes: Mapping[Claim, Task]) -> None:
    """Another time or place of dates on which they hold a place or wait for one."""
    if not dates:
        return
    event = TaskEvent.objects.filter(task__in=dates).latest("id").pk
    facts = {"series": series.pk, "title": series.title, "event": event, "place": dates[-1].place}
    claims = Claim.objects.live().filter(task__in=dates).select_related("member__user", "task")
    send_many(
        (CLASHES if (crossed := crossings(own, clashes)) else CHANGED).to(
            user, series.pk, dates=in_words(own), count=len(own), crossed=crossed, **facts
        )
        for user, own in by_holder(claims)
    )


def crossings(own: Iterable[Claim], clashes: Mapping[Claim, Task]) -> str:
    return "；".join(
        str(_("%(start)s 与“%(other)s”"))
        % {"start": format_moment(one.task.starts_at), "other": clashes[one].title}
        for one in own
        if one in clashes
    )


def tell_cancelled(series: Series, freed: Collection[Claim], reason: str) -> None:
    """Who held a place on one of the dates, or waited for one."""
    if not freed:
        return
    event = ClaimEvent.objects.filter(claim__in=freed).latest("id").pk
    facts = {"series": series.pk, "title": series.title, "event": event, "reason": reason}
    claims = Claim.objects.filter(pk__in=[one.pk for one in freed]).select_related("member__user", "task")
    send_many(
        CANCELLED.to(user, series.pk, dates=in_words(own), count=len(own), **facts)
        for user, own in by_holder(claims)
    )


def by_holder(claims: Iterable[Claim]) -> Iterator[tuple[User, list[Claim]]]:
    """Each member's claims, the nearest first; members without an account get no message."""
    found: dict[User, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda one: one.task.starts_at):
        if user := claim.member.user:
            found[user].append(claim)
    yield from found.items()


def in_words(claims: Collection[Claim]) -> str:
    spans = (format_span(one.task.starts_at, one.task.ends_at) for one in islice(claims, NAMED))
    more = str(_("等 %(count)d 次")) % {"count": len(claims)} if len(claims) > NAMED else ""
    return "、".join(spans) + more


def reminders(series: Series) -> Iterator[Message]:
    """That it ends: once for each last day."""
    facts = {"series": series.pk, "title": series.title, "pattern": series.pattern_in_words}
    last = format_date(series.last_day, weekday=False)
    return ENDS.to_each(staff_nearest(series.publisher), series.pk, last=last, **facts)
