"""What publishers are told of places taken late and given back, residents of who comes, and who waits."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest
from members.models import Member, User
from notices.kinds import Kind, declare
from notices.models import Notice
from notices.outbox import Message, Wording, send_many
from tasks.claiming.leaving import Leaving
from tasks.models import Claim, ClaimEvent, Task
from wishes.telling import messages as resident
from xianfeng.lib.times import format_moment, format_span

State = Claim.State
PUBLISHER = _("发布任务的组织的书记、工作人员（本人除外）；无人任职的，由上级的收")
PLACE_BACK = Kind(
    "place_back", _("名额退回"), told=_("发布任务的组织的书记、工作人员；无人任职的，由上级的收")
)
LATE_WITHDRAWAL = Kind("late_withdrawal", _("临近开始退出"), told=PUBLISHER)
LATE_CLAIM = Kind("late_claim", _("临近开始接单"), told=PUBLISHER)
WAITING_LIST = Kind("waiting_list", _("候补进展"), told=_("在这项任务候补的党员"))
KINDS = declare(PLACE_BACK, LATE_WITHDRAWAL, LATE_CLAIM, WAITING_LIST)

DEPARTED = Wording(
    PLACE_BACK,
    key="claim:%(claim)s:departed:%(event)s:%(user)s",
    subject=_("%(name)s 已离开名册，名额退回：%(title)s"),
    body=_("%(when)s 的任务少了一人，名额已重新放出。"),
    link="tasks:detail",
)
WITHDRAWN = Wording(
    LATE_WITHDRAWAL,
    key="claim:%(claim)s:late:%(event)s:%(user)s",
    subject=_("%(name)s 退出了“%(title)s”"),
    body=_("%(when)s开始，现有 %(left)s 个空余名额。原因：%(reason)s"),
    link="tasks:detail",
)
MOVED_AWAY = Wording(
    LATE_WITHDRAWAL,
    key=WITHDRAWN.key,
    subject=_("%(name)s 因改时间退出了“%(title)s”"),
    body=_("%(when)s开始，现有 %(left)s 个空余名额。任务改时间后退出，不算临近退出。附言：%(reason)s"),
    link="tasks:detail",
)
WITHDRAWALS = {Leaving.LATE: WITHDRAWN, Leaving.EXCUSED: MOVED_AWAY}
# One for each task and hour, whoever follows in it: places that are free of the limits in the last day may
# go within a minute, and what counts then is that the list grows, not each name.
CLAIMED_LATE = Wording(
    LATE_CLAIM,
    key="task:%(task)s:late-claims:%(hour)s:%(user)s",
    subject=_("临近开始有人接单：%(title)s"),
    body=_(
        "%(name)s 接了单。%(when)s开始，现有 %(taken)s/%(capacity)s 人。"
        "这一小时内再有人接单不另通知，最新名单见任务页。"
    ),
    link="tasks:detail",
)
OFFERED = Wording(
    WAITING_LIST,
    key="claim:%(claim)s:offered:%(event)s",
    subject=_("候补轮到您了，请确认：%(title)s"),
    body=_("%(when)s，%(place)s。请在 %(until)s 前点“接受”或“不接受”；到时没有答复，名额转给下一位。"),
    link="tasks:my_claim",
)
LAPSED = Wording(
    WAITING_LIST,
    key="claim:%(claim)s:lapsed:%(event)s",
    subject=_("没有按时确认，名额已转出：%(title)s"),
    body=_("候补已结束。仍想参加的，可以重新排队候补。"),
    link="tasks:my_claim",
)
OPENED = Wording(
    WAITING_LIST,
    key="claim:%(claim)s:open-to-all:%(occasion)s",
    subject=_("有名额了，先到先得：%(title)s"),
    body=_("接单快截止了，空出的名额不再逐个确认，谁先接单就是谁的。%(when)s，%(place)s。"),
    link="tasks:offer",
)
ENDED = Wording(
    WAITING_LIST,
    key="claim:%(claim)s:waiting-ended:%(event)s",
    subject=_("候补结束，没有轮到：%(title)s"),
    body=_("接单已截止，这次没有空出名额，不用前往。谢谢您，同志！"),
    link="tasks:my_claim",
)


def tell_offered(task: Task, claims: Collection[Claim], until: dt.datetime) -> None:
    send_many(to_waiting(OFFERED, task, claims, until=format_moment(until)))


def tell_lapsed(task: Task, claims: Collection[Claim]) -> None:
    send_many(to_waiting(LAPSED, task, claims))


def tell_ended(task: Task, claims: Collection[Claim]) -> None:
    send_many(to_waiting(ENDED, task, claims))


def tell_open_to_all(task: Task, claims: Collection[Claim]) -> None:
    """Everybody in line at once, anew with each place that is given back."""
    back = ClaimEvent.objects.filter(
        claim__task=task, from_state__in=State.HOLDS_PLACE, to_state__in=State.LEFT
    )
    occasion = back.aggregate(latest=Max("pk"))["latest"] or 0
    about = {"title": task.title, "place": task.place, "when": format_span(task.starts_at, task.ends_at)}
    send_many(
        OPENED.to(user, task.pk, claim=claim.pk, occasion=occasion, **about)
        for claim in claims
        if (user := claim.member.user)
    )


def to_waiting(
    wording: Wording, task: Task, claims: Collection[Claim], /, **facts: object
) -> Iterator[Message]:
    """One to each of them; the latest event of the claim is the occasion."""
    latest = ClaimEvent.objects.filter(claim__in=claims).values("claim").annotate(latest=Max("pk"))
    events = dict(latest.order_by().values_list("claim", "latest"))
    about = {"title": task.title, "place": task.place, "when": format_span(task.starts_at, task.ends_at)}
    for claim in claims:
        if user := claim.member.user:
            yield wording.to(user, claim.pk, claim=claim.pk, event=events[claim.pk], **about, **facts)


def tell_departed(claims: Collection[Claim]) -> None:
    """The publisher's staff, of each place whose holder left the roster."""
    for claim in claims:
        task = claim.task
        facts = {"claim": claim.pk, "event": claim.events.latest("id").pk, "name": claim.member.name}
        when = format_span(task.starts_at, task.ends_at)
        staff = staff_nearest(task.publisher)
        send_many(DEPARTED.to_each(staff, task.pk, title=task.title, when=when, **facts))
    for claim in {claim.task_id: claim for claim in claims}.values():  # once, whoever left together
        tell_resident_of_leaving(claim)


def tell_of_withdrawal(claim: Claim, how: Leaving, reason: str) -> None:
    """Near the start; the latest event of the claim is the occasion: a place may be taken again."""
    if how not in WITHDRAWALS:
        return
    task, wording = claim.task, WITHDRAWALS[how]
    task.refresh_from_db(fields=["places_taken"])
    facts = {"claim": claim.pk, "event": claim.events.latest("id").pk, "name": claim.member, "reason": reason}
    when, staff = format_moment(task.starts_at), staff_told(task, claim.member_id)
    send_many(wording.to_each(staff, task.pk, title=task.title, when=when, left=task.places_left, **facts))


def tell_of_late_claim(task: Task, member_id: int, now: dt.datetime) -> None:
    """The first of an hour; for those after it one look into the outbox, so that claiming stays quick."""
    hour = f"{now:%Y%m%d%H}"
    written = CLAIMED_LATE.key % {"task": task.pk, "hour": hour, "user": ""}
    if Notice.objects.filter(key__startswith=written).exists():
        return
    name = Member.objects.values_list("name", flat=True).get(pk=member_id)
    taken = Task.objects.values_list("places_taken", flat=True).get(pk=task.pk)
    facts = {"task": task.pk, "hour": hour, "name": name, "taken": taken, "capacity": task.capacity}
    when, staff = format_moment(task.starts_at), staff_told(task, member_id)
    send_many(CLAIMED_LATE.to_each(staff, task.pk, title=task.title, when=when, **facts))


def staff_told(task: Task, member_id: int) -> QuerySet[User]:
    """The publisher's; who of them took the place or gave it back themself knows."""
    return staff_nearest(task.publisher).exclude(member=member_id)


def tell_resident_of_claim(claim: Claim) -> None:
    """That somebody comes, and when: with the first who said yes, not with each, nor with an offer."""
    task = claim.task
    if task.wish and coming_to(task).count() == 1:
        when = format_span(task.starts_at, task.ends_at)
        resident.tell(resident.CLAIMED, task.wish, claim.events.latest("id").pk, when=when)


def tell_resident_of_leaving(claim: Claim) -> None:
    """Nobody is left who would come; it is offered to others."""
    task = claim.task
    if task.wish and not coming_to(task).exists():
        resident.tell(resident.LEFT, task.wish, claim.events.latest("id").pk)


def coming_to(task: Task) -> QuerySet[Claim]:
    return Claim.objects.taken().filter(task=task.pk)
