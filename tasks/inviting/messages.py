"""What members are told who are asked to take a place."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from members.models import User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Invitation, Task
from xianfeng.lib.times import format_moment, format_span

INVITATION = Kind("invitation", _("任务邀请"), told=_("被邀请的党员"))
KINDS = declare(INVITATION)

INVITED = Wording(
    INVITATION,
    key="invitation:%(invitation)s",
    subject=_("%(organization)s邀请您参加：%(title)s"),
    body=_(
        "%(when)s，%(place)s。%(reasons)s愿意参加的，请在 %(until)s 前接单；"
        "不方便的可以婉拒，不用说明原因，也不影响任何评价。"
    ),
    link="tasks:offer",
)
RECALLED = Wording(
    INVITATION,
    key="invitation:%(invitation)s:recalled",
    subject=_("邀请已撤销：%(title)s"),
    body=_("原因：%(reason)s。不用答复。"),
)

CALLED_OFF = Wording(
    INVITATION,
    key="invitation:%(invitation)s:called-off",
    subject=_("邀请您的任务已取消：%(title)s"),
    body=_("原因：%(reason)s。不用答复。"),
)

MOVED = Wording(
    INVITATION,
    key="invitation:%(invitation)s:moved:%(event)s",
    subject=_("邀请您的任务时间或地点有变：%(title)s"),
    body=_("现在是 %(when)s，%(place)s。去不去仍由您定。"),
    link="tasks:offer",
)


def tell_called_off(task: Task, reason: str) -> None:
    """Who was asked to a task that is called off and has not said no: they may have kept the day free."""
    send_many(
        CALLED_OFF.to(user, invitation=one.pk, title=task.title, reason=reason)
        for one, user in undecided(task)
    )


def tell_moved(task: Task) -> None:
    """Another time or place, to the same; the task's latest event is the occasion."""
    if asked := list(undecided(task)):
        facts = {"title": task.title, "when": format_span(task.starts_at, task.ends_at), "place": task.place}
        event = task.events.latest("id").pk
        send_many(MOVED.to(user, task.pk, invitation=one.pk, event=event, **facts) for one, user in asked)


def undecided(task: Task) -> Iterator[tuple[Invitation, User]]:
    sent = task.invitations.filter(state=Invitation.State.SENT).select_related("member__user")
    return ((one, one.member.user) for one in sent if one.member.user)


def tell_invited(task: Task, invitations: Iterable[Invitation]) -> None:
    facts = {"title": task.title, "when": format_span(task.starts_at, task.ends_at), "place": task.place}
    send_many(
        INVITED.to(
            user,
            task.pk,
            invitation=one.pk,
            organization=one.organization,
            reasons=f"{one.reasons}。" if one.reasons else "",
            until=format_moment(one.answer_by),
            **facts,
        )
        for one in invitations
        if (user := one.member.user)
    )


def tell_recalled(task: Task, invitations: Iterable[Invitation], reason: str) -> None:
    send_many(
        RECALLED.to(user, invitation=one.pk, title=task.title, reason=reason)
        for one in invitations
        if (user := one.member.user)
    )
