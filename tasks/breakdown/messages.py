"""What communities and units are told of their targets, and the city of what came of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from members.desks import nearest_desk, staff_by_desk, staff_nearest
from members.models import User
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many
from tasks.models import Target, TargetEvent, Task
from xianfeng.lib.times import format_date, format_span

ASKED = _("承接的社区、单位的书记、工作人员；无人任职的，由上级的收")
TARGET = Kind("target", _("分解目标"), told=ASKED)
TARGET_DUE = Kind("target_due", _("分解目标快到期、已逾期"), told=ASKED)
TARGET_ANSWER = Kind(
    "target_answer", _("分解目标的答复"), told=_("发布任务的组织的书记、工作人员；无人任职的，由上级的收")
)
KINDS = declare(TARGET, TARGET_DUE, TARGET_ANSWER)

SET = Wording(
    TARGET,
    key="target:%(target)s:%(event)s:%(user)s",
    subject=_("请承接全市任务“%(title)s”：%(places)d 人"),
    body=_("任务时间：%(when)s。请在 %(due)s 前承接，或说明为什么不能承接。"),
    link="tasks:target",
)
CHANGED = Wording(
    TARGET,
    key=SET.key,
    subject=_("承接目标有变：%(title)s"),
    body=_("现在是 %(places)d 人，请在 %(due)s 前承接。任务时间：%(when)s。"),
    link="tasks:target",
)
MOVED = Wording(
    TARGET,
    key="target:%(target)s:moved:%(event)s:%(user)s",
    subject=_("全市任务时间或地点有变：%(title)s"),
    body=_("现在的时间：%(when)s。已发布承接它的任务的，请核对日期，需要的请修改。"),
    link="tasks:target",
)
WITHDRAWN = Wording(
    TARGET,
    key=SET.key,
    subject=_("市里撤回了承接目标：%(title)s"),
    body=_("原因：%(reason)s。已经发布的任务照常进行，不想办的请自行取消。"),
    link="tasks:target",
)
ENDED = Wording(
    TARGET,
    key=SET.key,
    subject=_("全市任务已取消：%(title)s"),
    body=_("原因：%(reason)s。承接它的任务一并取消，接单的党员已收到通知；已有人认定的任务除外。"),
    link="tasks:target",
)
DUE = Wording(
    TARGET_DUE,
    key="target:%(target)s:due:%(due)s:%(user)s",
    subject=_("%(due)s 前请承接“%(title)s”"),
    body=_("目标 %(places)d 人，还没有答复。不能承接的请说明原因。"),
    link="tasks:target",
)
LATE = Wording(
    TARGET_DUE,
    key="target:%(target)s:late:%(due)s:%(user)s",
    subject=_("承接已逾期：%(title)s"),
    body=_("期限是 %(due)s，目标 %(places)d 人，还没有答复。请尽快承接或说明原因。"),
    link="tasks:target",
)
DECLINED = Wording(
    TARGET_ANSWER,
    key="target:%(target)s:%(event)s:%(user)s",
    subject=_("%(organization)s不能承接“%(title)s”"),
    body=_("原因：%(reason)s"),
    link="tasks:breakdown",
)
STILL_OPEN = Wording(
    TARGET_ANSWER,
    key="task:%(task)s:targets-late:%(due)s:%(user)s",
    subject=_("“%(title)s”有 %(count)d 个组织逾期未承接"),
    body=_("期限是 %(due)s：%(names)s"),
    link="tasks:breakdown",
)
NAMED = 10  # organisations that a digest names


def tell_set(task: Task, targets: Collection[Target]) -> None:
    send_many(to_each(SET, task, targets))


def tell_changed(task: Task, targets: Collection[Target]) -> None:
    send_many(to_each(CHANGED, task, targets))


def tell_moved(task: Task, event: int) -> None:
    """Another time or place of the whole, to everybody who is asked."""
    targets = Target.objects.asked().filter(task=task).select_related("organization")
    send_many(to_each(MOVED, task, list(targets), event=event))


def tell_ended(task: Task, targets: Collection[Target], reason: str) -> None:
    send_many(to_each(ENDED, task, targets, reason=reason))


def tell_withdrawn(target: Target) -> None:
    send_many(to_each(WITHDRAWN, target.task, [target], reason=target.reason))


def tell_due(target: Target) -> Iterator[Message]:
    return to_each(DUE, target.task, [target])


def tell_late(target: Target) -> Iterator[Message]:
    return to_each(LATE, target.task, [target])


def to_each(wording: Wording, task: Task, targets: Collection[Target], **facts: object) -> Iterator[Message]:
    """To who acts for each organisation, or for the nearest above it; the latest event is the occasion."""
    when = format_span(task.starts_at, task.ends_at)
    staff, events = staff_for(targets), latest_events(targets)
    for one in targets:
        known = {"event": events.get(one.pk, 0), "target": one.pk, "places": one.places, **facts}
        about = {"title": task.title, "when": when, "due": format_date(one.due)}
        yield from wording.to_each(staff[one.pk], one.pk, **about, **known)


def staff_for(targets: Collection[Target]) -> dict[int, list[User]]:
    found = staff_by_desk([one.organization_id for one in targets])
    return {
        one.pk: found.get(one.organization_id) or list(staff_nearest(nearest_desk(one.organization)))
        for one in targets
    }


def latest_events(targets: Collection[Target]) -> dict[int, int]:
    events = TargetEvent.objects.filter(target__in=targets).order_by("pk").values_list("target", "pk")
    return dict(events)


def tell_declined(target: Target) -> None:
    task = target.task
    facts = {
        "target": target.pk, "event": latest_events([target])[target.pk], "title": task.title,
        "organization": target.organization, "reason": target.reason,
    }  # fmt: skip
    send_many(DECLINED.to_each(staff_nearest(task.publisher), task.pk, **facts))


def digests(late: Iterable[Target]) -> Iterator[Message]:
    """The city, once for each of its tasks and day."""
    groups: dict[tuple[Task, dt.date], list[Target]] = defaultdict(list)
    for target in late:
        groups[target.task, target.due].append(target)
    for (task, due), targets in groups.items():
        names = "、".join(str(one.organization) for one in targets[:NAMED])
        facts = {"task": task.pk, "due": format_date(due), "count": len(targets), "names": names}
        yield from STILL_OPEN.to_each(staff_nearest(task.publisher), task.pk, title=task.title, **facts)
