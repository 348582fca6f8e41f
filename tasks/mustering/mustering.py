"""Calling a muster, changing it, calling it off as a false alarm, standing it down."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, Organization, User
from tasks.claiming.offering import locked
from tasks.models import Call, Muster, Task
from tasks.models.audience import in_reach
from tasks.moving import note_down, offer
from tasks.mustering import answering, messages, rules
from tasks.mustering.rules import HOUR, MINUTE
from tasks.publishing import publishing
from tasks.rights import demand
from tasks.rules import check_text
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.times import format_moment

BATCH = 1000


@transaction.atomic
def call(
    *,
    by: User,
    publisher: Organization,
    audience: Sequence[Organization],
    title: str,
    text: str,
    place: str,
    starts_at: dt.datetime | None,
    hours: int,
    capacity: int,
    organiser_name: str,
    is_drill: bool = False,
    key: str | None = None,
    now: dt.datetime | None = None,
) -> Muster:
    """Whistle: a task that begins at once or within a day, and a call to everybody whom it reaches.

    No start means now. The same key again gives the same muster. Raises PermissionDenied, ItemMissing,
    TooFarAhead, NobodyToCall, and what `publishing.draft` refuses.
    """
    at = now or timezone.now()
    rules.demand_caller(by, publisher)
    if key and (made := Muster.objects.filter(task__key=key, called_by=by).first()):
        return made
    item = rules.item_for(is_drill=is_drill)
    # Nobody is on the spot in the minute of the whistle; and nothing is published into the past.
    start = max(starts_at or at, at + MINUTE)
    rules.check_start(start, at)
    end = start + hours * HOUR
    task = publishing.draft(
        by=by, publisher=publisher, item=item, audience=audience, key=key,
        title=_("【演练】%(title)s") % {"title": title} if is_drill else title,
        text=text, place=place, starts_at=start, ends_at=end, signup_opens_at=at, signup_closes_at=end,
        capacity=capacity, flags=item.min_flags, minutes=hours * 60, organiser_name=organiser_name,
        presence=Task.Presence.ROSTER,
    )  # fmt: skip
    word = _("吹哨演练") if is_drill else _("吹哨集结")
    offer(task, by=by, at=at, note=word, kind=Task.Kind.MUSTER)
    muster = Muster.objects.create(task=task, is_drill=is_drill, called_by=by, called_at=at)
    call_people(muster, audience)
    messages.tell_called(muster)
    messages.tell_desks(muster, messages.HEARD)
    return muster


def call_people(muster: Muster, audience: Sequence[Organization]) -> None:
    """Everybody registered whom it reaches, once each, in whatever parts of the audience."""
    people = Member.objects.registered().filter(in_reach(audience)).order_by("pk")
    calls = [Call(muster=muster, member_id=pk, community_id=place) for pk, place in people.values_list(
        "pk", "community"
    )]  # fmt: skip
    rules.check_anybody(len(calls))
    Call.objects.bulk_create(calls, batch_size=BATCH)


def held(muster: Muster) -> Muster:
    """As it stands, under its task's row until the end of the transaction."""
    task = locked(muster.pk)
    current = Muster.objects.get(pk=muster.pk)
    current.task = task
    return current


@transaction.atomic
def change(muster: Muster, *, capacity: int, hours: int, by: User, now: dt.datetime | None = None) -> Muster:
    """Other figures: more people wanted, or another end. Who stands by moves up in the order they said yes.

    Raises NotGoingOn, TooFewPlaces, OutOfBounds.
    """
    at = now or timezone.now()
    current = held(muster)
    task = current.task
    demand(rules.may_run(by, task))
    rules.check_going_on(current, at)
    end = task.starts_at + hours * HOUR
    rules.check_bounds(task, capacity, end, at)
    is_longer = end != task.ends_at
    note = _("需要 %(count)d 人，到 %(end)s") % {"count": capacity, "end": format_moment(end)}
    fields = {"capacity": capacity, "ends_at": end, "signup_closes_at": end, "minutes": hours * 60}
    note_down(task, by=by, at=at, note=note, **fields)
    answering.move_up(task, at)
    if is_longer:
        messages.tell_coming(current, messages.LONGER, event=task.events.latest("id").pk)
    return current


@transaction.atomic
def call_off(muster: Muster, *, reason: str, by: User, now: dt.datetime | None = None) -> Muster:
    """A false alarm: all places are freed, everybody called is told at once, and the desks that heard.

    Raises ReasonNeeded, NotGoingOn, SomebodyCame.
    """
    at = now or timezone.now()
    current = held(muster)
    task = current.task
    demand(rules.may_run(by, task))
    why = check_reason(reason, told=_("被集结的人都会看到"))
    check_text(why, _("原因"), field="reason", kinds=personal_data.FORBIDDEN)
    rules.check_going_on(current, at)
    rules.check_nobody_came(task)
    publishing.free_all(task, why, by=by, at=at)
    messages.tell_called_off(current)
    messages.tell_desks(current, messages.HEARD_OFF)
    return current


@transaction.atomic
def stand_down(muster: Muster, *, thanks: str, by: User, now: dt.datetime | None = None) -> Muster:
    """Over: the task ends now, so that its hours are true and it can be verified; everybody is thanked.

    Raises NotGoingOn, NotBegunYet, PersonalDataInTask.
    """
    at, words = now or timezone.now(), thanks.strip()[:300]
    current = held(muster)
    task = current.task
    demand(rules.may_run(by, task))
    check_text(words, _("致谢"), field="thanks", kinds=personal_data.FORBIDDEN)
    rules.check_can_end(current, at)
    end = min(at, task.ends_at)
    minutes = min(task.minutes, int((end - task.starts_at) / MINUTE))
    note_down(
        task, by=by, at=at, note=_("解除集结"), ends_at=end, signup_closes_at=end, minutes=minutes,
    )  # fmt: skip
    Muster.objects.filter(pk=current.pk).update(stood_down_by=by, stood_down_at=at, thanks=words)
    current.refresh_from_db(fields=["stood_down_by", "stood_down_at", "thanks"])
    messages.tell_over(current)
    messages.tell_desks(current, messages.HEARD_OVER)
    return current
