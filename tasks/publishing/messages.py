"""What the holders of places are told of a change of their task."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many
from tasks.models import Claim, Task, TaskEvent
from wishes.telling import messages as resident
from xianfeng.lib.times import format_span

HOLDERS = _("接了这项任务或在候补的党员")
TASK_CHANGED = Kind("task_changed", _("任务有变"), told=HOLDERS)
TASK_CANCELLED = Kind("task_cancelled", _("任务取消"), told=HOLDERS)
KINDS = declare(TASK_CHANGED, TASK_CANCELLED)

CHANGED = Wording(
    TASK_CHANGED,
    key="task:%(task)s:changed:%(event)s:%(claim)s",
    subject=_("任务时间或地点有变：%(title)s"),
    body=_("新的时间：%(when)s；地点：%(place)s。如不能参加，请退出，把名额留给别人。"),
    link="tasks:my_claim",
)
CLASHES = Wording(
    TASK_CHANGED,
    key=CHANGED.key,
    subject=_("任务改了时间，与您的另一项任务重叠：%(title)s"),
    body=_(
        "新的时间：%(when)s；地点：%(place)s。这与您已接的“%(other)s”重叠。"
        "请在开始前退出其中一项：不算未到场，也不影响以后接单。"
    ),
    link="tasks:my_claim",
)
CANCELLED = Wording(
    TASK_CANCELLED,
    key="task:%(task)s:cancelled:%(claim)s",
    subject=_("任务已取消：%(title)s"),
    body=_("原因：%(reason)s。您的名额已释放，不算未到场。"),
    link="tasks:my_claim",
)
NOT_NEEDED = Wording(
    TASK_CANCELLED,
    key=CANCELLED.key,
    subject=CANCELLED.subject,
    body=_("原因：%(reason)s。您的候补随之结束，不用前往。"),
    link="tasks:my_claim",
)


def tell_of_change(task: Task, clashes: Mapping[Claim, Task]) -> None:
    """Another time or place, and what it crosses; the task's latest event is the occasion."""
    claims = task.claims.live().select_related("member__user")
    facts = {
        "event": TaskEvent.objects.filter(task=task).latest("id").pk,
        "place": task.place,
        "when": format_span(task.starts_at, task.ends_at),
    }
    send_many(to_holders(CHANGED, task, (one for one in claims if one not in clashes), **facts))
    for claim, other in clashes.items():
        send_many(to_holders(CLASHES, task, [claim], other=other.title, **facts))


def tell_resident_of_time(task: Task) -> None:
    """Whoever was told when somebody comes."""
    if task.wish and task.claims.open().exists():
        when = format_span(task.starts_at, task.ends_at)
        occasion = TaskEvent.objects.filter(task=task).latest("id").pk
        resident.tell(resident.RESCHEDULED, task.wish, occasion, when=when)


def tell_of_cancellation(
    task: Task, claims: Collection[Claim], reason: str, *, in_line: Collection[int]
) -> None:
    """Who held a place, and who waited for one: the claims `in_line`."""
    holders = [claim for claim in claims if claim.pk not in in_line]
    waiting = [claim for claim in claims if claim.pk in in_line]
    told = to_holders(CANCELLED, task, holders, reason=reason)
    send_many(chain(told, to_holders(NOT_NEEDED, task, waiting, reason=reason)))


def to_holders(
    wording: Wording, task: Task, claims: Iterable[Claim], /, **facts: object
) -> Iterator[Message]:
    """One to each member who holds one of the claims; members without an account get none."""
    for claim in claims:
        if user := claim.member.user:
            yield wording.to(user, claim.pk, task=task.pk, claim=claim.pk, title=task.title, **facts)
