"""What everybody hears of a muster: who is called, who comes, and the desks above and around."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest, staff_of
from members.models import Organization, User
from notices.kinds import EMAIL, SMS, Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Call, Muster, Task
from tasks.rights import Kind as Tier
from xianfeng.lib.times import format_moment, format_span

CALLED_PEOPLE = _("范围内已报到的党员")
MUSTER = Kind("muster", _("应急集结"), told=CALLED_PEOPLE, mandatory=True, channels=(EMAIL, SMS))
MUSTER_OVER = Kind("muster_over", _("集结解除"), told=_("被集结的党员，答复来不了的除外"))
MUSTER_HEARD = Kind(
    "muster_heard",
    _("下级、上级吹哨"),
    told=_("吹哨组织的上级的书记、工作人员；市里吹哨的，所到社区的书记、工作人员"),
)
KINDS = declare(MUSTER, MUSTER_OVER, MUSTER_HEARD)

CALLED = Wording(
    MUSTER,
    key="muster:%(muster)s:called:%(user)s",
    subject=_("【%(word)s】%(title)s"),
    body=_("%(organization)s吹哨：%(when)s，%(place)s。请登录点“参加”或“来不了”，来不了不用说明原因。"),
    link="tasks:muster_call",
)
CALLED_OFF = Wording(
    MUSTER,
    key="muster:%(muster)s:off:%(user)s",
    subject=_("【误报，不用前往】%(title)s"),
    body=_("%(word)s已撤销，不用前往。原因：%(reason)s。给您添麻烦了。"),
    link="tasks:muster_call",
)
MOVED_UP = Wording(
    MUSTER,
    key="muster:%(muster)s:up:%(event)s",
    subject=_("【%(word)s】您由备勤转为参加：%(title)s"),
    body=_("%(when)s，%(place)s。来不了的请马上改答复。"),
    link="tasks:muster_call",
    told=_("备勤后轮到的党员"),
)
LONGER = Wording(
    MUSTER,
    key="muster:%(muster)s:longer:%(event)s:%(user)s",
    subject=_("【%(word)s】时间有变：%(title)s"),
    body=_("现在是 %(when)s，%(place)s。来不了的请改答复。"),
    link="tasks:muster_call",
    told=_("答复参加、备勤的党员"),
)
OVER = Wording(
    MUSTER_OVER,
    key="muster:%(muster)s:over:%(user)s",
    subject=_("%(word)s已解除：%(title)s"),
    body=_("%(organization)s已于 %(at)s 解除集结，不用再前往。%(thanks)s"),
    link="tasks:muster_call",
)
HEARD = Wording(
    MUSTER_HEARD,
    key="muster:%(muster)s:heard:%(user)s",
    subject=_("%(organization)s吹哨：【%(word)s】%(title)s"),
    body=_("%(when)s，%(place)s，需要 %(capacity)d 人，%(by)s吹哨。"),
    link="tasks:muster",
)
HEARD_OFF = Wording(
    MUSTER_HEARD,
    key="muster:%(muster)s:heard-off:%(user)s",
    subject=_("%(organization)s撤销误报：%(title)s"),
    body=_("被集结的人已收到通知。原因：%(reason)s"),
    link="tasks:muster",
)
HEARD_OVER = Wording(
    MUSTER_HEARD,
    key="muster:%(muster)s:heard-over:%(user)s",
    subject=_("%(organization)s解除集结：%(title)s"),
    body=_("%(at)s 解除，人数和时间见报告。"),
    link="tasks:muster",
)


def facts_of(muster: Muster) -> dict[str, object]:
    task = muster.task
    return {
        "muster": muster.pk,
        "word": muster.word,
        "title": task.title,
        "when": format_span(task.starts_at, task.ends_at),
        "place": task.place,
        "organization": task.publisher,
        "capacity": task.capacity,
        "by": muster.called_by,
        "reason": task.cancel_reason,
        "thanks": muster.thanks,
        "at": format_moment(muster.stood_down_at) if muster.stood_down_at else "",
    }


def to_people(muster: Muster, wording: Wording, calls: QuerySet[Call], **facts: object) -> None:
    """In one go to whoever has an account; the others are on the list of who was not reached."""
    users = User.objects.filter(member__in=calls.values("member")).order_by("pk")
    send_many(wording.to_each(users.iterator(chunk_size=500), muster.pk, **facts_of(muster), **facts))


def tell_called(muster: Muster) -> None:
    to_people(muster, CALLED, muster.calls.all())


def tell_called_off(muster: Muster) -> None:
    """Everybody who was called, whatever they answered: it went out as loud as the whistle."""
    to_people(muster, CALLED_OFF, muster.calls.all())


def tell_coming(muster: Muster, wording: Wording, **facts: object) -> None:
    to_people(muster, wording, muster.calls.filter(state__in=Call.State.SAID_YES), **facts)


def tell_over(muster: Muster) -> None:
    to_people(muster, OVER, muster.calls.exclude(state=Call.State.DECLINED))


def tell_moved_up(task: Task, calls: Collection[Call]) -> None:
    if not calls:
        return
    muster = Muster.objects.select_related("called_by").get(pk=task.pk)
    muster.task = task
    facts = facts_of(muster)
    send_many(
        MOVED_UP.to(call.member.user, task.pk, event=call.events.latest("id").pk, **facts)
        for call in calls
        if call.member.user
    )


def tell_desks(muster: Muster, wording: Wording) -> None:
    """Who answers for the place above; below the city, whose people are called marks who came."""
    place = muster.task.publisher
    staff = staff_of(*communities_of(muster.task)) if place.kind == Tier.CITY else None
    if staff is None:
        staff = staff_nearest(place.parent) if place.parent else User.objects.none()
    send_many(wording.to_each(staff, muster.pk, **facts_of(muster)))


def communities_of(task: Task) -> QuerySet[Organization]:
    """Where people are called: from the calls, so that units' people count where they live."""
    return Organization.objects.filter(pk__in=Call.objects.filter(muster=task.pk).values("community"))
