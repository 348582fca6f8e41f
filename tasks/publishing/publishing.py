"""Drafting, changing, publishing and cancelling tasks."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NotRequired, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.breakdown import breakdown
from tasks.breakdown import messages as breakdown_messages
from tasks.claiming import offering
from tasks.inviting import messages as invitations
from tasks.models import Claim, ClaimEvent, Series, ServiceItem, Task, TaskEvent
from tasks.models.sessions import TIMES
from tasks.moving import move, moved_on, offer
from tasks.presence import marking
from tasks.publishing import messages, rules
from tasks.publishing.clashing import clashes_of
from tasks.reviewing import reviewing
from tasks.rights import check_publisher, demand, may_cancel
from tasks.rules import check_not_muster, check_text
from tasks.scope import screening
from wishes.handling import handling as wishes
from wishes.models import Wish
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import KeyReused, check_reason
from xianfeng.lib.transitions import move_all, record

State = Task.State
# What the holders of a place have to know of when it changes.
WORTH_TELLING = {*TIMES, "place"}
# Who changes or calls off many dates of a series hands in another one: their holders are told once.
type TellChange = Callable[[Task, Mapping[Claim, Task]], None]
type TellEnd = Callable[..., None]


class Terms(TypedDict):
    """What a task says and offers; `minutes` is the service time of one member."""

    title: str
    text: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    signup_opens_at: dt.datetime
    signup_closes_at: dt.datetime
    capacity: int
    flags: int
    minutes: int
    organiser_name: str
    presence: str
    sessions: NotRequired[int]
    is_late_entry: NotRequired[bool]
    series: NotRequired[Series]
    series_day: NotRequired[dt.date]
    wanted_skills: NotRequired[str]
    risk_note: NotRequired[str]


class Changes(TypedDict, total=False):
    """What `edit` may change; what is not named stays."""

    item: ServiceItem
    audience: list[Organization]
    title: str
    text: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    signup_opens_at: dt.datetime
    signup_closes_at: dt.datetime
    capacity: int
    flags: int
    minutes: int
    organiser_name: str
    presence: str
    sessions: int
    wanted_skills: str
    risk_note: str


def draft(
    *,
    by: User,
    publisher: Organization,
    item: ServiceItem,
    audience: Sequence[Organization],
    wish: Wish | None = None,
    parent: Task | None = None,
    key: str | None = None,
    **terms: Unpack[Terms],
) -> Task:
    """A task that nobody sees yet. The same key again gives the same task; with other content KeyReused."""
    check_publisher(by, publisher)
    rules.check_audience(publisher, audience, wish)
    task = Task(publisher=publisher, item=item, wish=wish, parent=parent, key=key, created_by=by, **terms)
    task.category = item.category
    task.kind = Task.Kind.WISH if wish else Task.Kind.ACTIVITY
    rules.check_terms(task)
    try:
        with transaction.atomic():
            task.save(force_insert=True)
            task.audience.set(audience)
            record([task], event=TaskEvent, by=by)
    except IntegrityError:
        return _made_before(task, audience)
    return task


# What the same key must name again. Sign-up opens at the minute of the click where nothing is filled in.
SAME = (
    *(name for name in Terms.__annotations__ if name != "signup_opens_at"),
    "item_id", "publisher_id", "created_by_id", "wish_id", "parent_id",
)  # fmt: skip


def _made_before(task: Task, audience: Iterable[Organization]) -> Task:
    """The task an earlier request with the same key made. Raises KeyReused where it was another."""
    made = Task.objects.filter(key=task.key).first() if task.key else None
    if made is None:
        raise
    if any(getattr(made, name) != getattr(task, name) for name in SAME) or set(made.audience.all()) != set(
        audience
    ):
        raise KeyReused(_("这张表单已经提交过，内容却不一样。请打开新的表单重新填写。"))
    return made


def version_of(task: Task) -> int | None:
    """The number of the task's latest event: what a form was filled in on."""
    return TaskEvent.objects.filter(task=task).aggregate(Max("pk"))["pk__max"]


@transaction.atomic
def edit(
    task: Task,
    *,
    by: User,
    now: dt.datetime | None = None,
    seen: int | None = None,
    clashes_seen: bool = False,
    insist: str = "",
    tell: TellChange = messages.tell_of_change,
    **changes: Unpack[Changes],
) -> Task:
    """Change a draft or an open task; holders of a place are told of another time or place.

    Raises ChangedMeanwhile where `seen`, if given, is not the task's version any more; HoldersClash where
    another time puts holders in two places and nobody agreed to that (`clashes_seen`); NeedsReview and
    ScopeWarned (without `insist`) where an open task would become what is not simply published.
    """
    at = now or timezone.now()
    check_publisher(by, task.publisher)
    current = (
        Task.objects.select_for_update(of=("self",))
        .select_related("item", "publisher", "parent__item")
        .get(pk=task.pk)
    )
    rules.check_editable(current, at)
    rules.check_unchanged(version_of(current), seen)
    audience = changes.pop("audience", None)
    changed = {name: value for name, value in changes.items() if getattr(current, name) != value}
    rules.check_not_frozen(current, changed)
    for name, value in changed.items():
        setattr(current, name, value)
    rules.check_capacity(current, current.capacity)
    rules.check_terms(current)
    if current.is_published and "starts_at" in changed:
        rules.check_not_begun(current, at)
    is_moved = current.is_published and not changed.keys().isdisjoint(TIMES)
    clashes = clashes_of(current) if is_moved else {}
    rules.check_clashes(clashes, seen=clashes_seen)
    insisted = screened_again(current, changed, insist, by=by, at=at)
    labels = [_label(name) for name in changed]
    if audience is not None and set(audience) != set(current.audience.all()):
        rules.check_audience(current.publisher, audience, current.wish)
        current.audience.set(audience)
        labels.append(_label("audience"))
    if labels:
        note = "；".join(filter(None, [_("修改：%(fields)s") % {"fields": "、".join(labels)}, insisted]))
        moved_at = at if is_moved else current.moved_at
        fields = {**changed, "category": current.item.category, "moved_at": moved_at}
        move(current, current.state, by=by, at=at, note=note, **fields)
        offering.pass_on(current.pk, at)
        if not WORTH_TELLING.isdisjoint(changed):
            tell(current, clashes)
            tell_parts(current)
            invitations.tell_moved(current)
        if "starts_at" in changed:
            marking.forget(current, by=by, at=at)
            messages.tell_resident_of_time(current)
    return current


def _label(name: str) -> str:
    return str(getattr(Task._meta.get_field(name), "verbose_name", name))


def screened_again(task: Task, changed: Collection[str], insist: str, *, by: User, at: dt.datetime) -> str:
    """An open task is asked what it was asked when it went out; the line for its history."""
    if not task.is_published or set(changed).isdisjoint(rules.SCREENED):
        return ""
    found = screening.fresh(task, screening.findings(task))
    rules.check_no_review(found)
    return reviewing.insist(task, found, said=insist, by=by, at=at)


@transaction.atomic
def publish(task: Task, *, by: User, insist: str = "", now: dt.datetime | None = None) -> Task:
    """Offer a draft to its audience, or send it to the city where something stops it (`is_in_review` then).

    `insist` says why, where it is published despite a warning. Raises ScopeWarned, NoReviewer.
    """
    at = now or timezone.now()
    check_publisher(by, task.publisher)
    hold_whole(task)
    rules.check_terms(task)
    rules.check_publishable(task, at)
    found = screening.fresh(task, screening.findings(task))
    if screening.stops(found):
        reviewing.submit(task, found, said=insist, by=by, at=at)
        return task
    note = reviewing.insist(task, found, said=insist, by=by, at=at)
    offer(task, by=by, at=at, note=note)
    return task


def hold_whole(task: Task) -> None:
    """Nobody calls the city's task off while a part of it is published: that would be left behind."""
    if task.parent_id:
        rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("item")
        task.parent = rows.get(pk=task.parent_id)


@transaction.atomic
def create(
    *,
    by: User,
    publisher: Organization,
    item: ServiceItem,
    audience: Sequence[Organization],
    publish_now: bool,
    parent: Task | None = None,
    insist: str = "",
    key: str | None = None,
    now: dt.datetime | None = None,
    **terms: Unpack[Terms],
) -> Task:
    """A draft, published at once if asked for: both or neither."""
    task = draft(by=by, publisher=publisher, item=item, audience=audience, parent=parent, key=key, **terms)
    return publish(task, by=by, insist=insist, now=now) if publish_now and task.is_draft else task


@transaction.atomic
def publish_wish(
    wish: Wish,
    *,
    by: User,
    publisher: Organization,
    item: ServiceItem,
    audience: Sequence[Organization],
    insist: str = "",
    key: str | None = None,
    now: dt.datetime | None = None,
    **terms: Unpack[Terms],
) -> Task:
    """Accept a wish if nobody did, and publish it as a task, in one step; in review it stays accepted."""
    task = draft(by=by, publisher=publisher, item=item, audience=audience, wish=wish, key=key, **terms)
    if not task.is_draft:
        return task
    if wish.is_waiting:
        waits = screening.stops(screening.findings(task))
        wish = wishes.accept(wish, by=by, is_next_told=not waits)
        wish.refresh_from_db(fields=["state"])
    task.wish = wish
    return publish(task, by=by, insist=insist, now=now)


@transaction.atomic
def cancel(
    task: Task,
    *,
    reason: str,
    by: User,
    now: dt.datetime | None = None,
    tell: TellEnd = messages.tell_of_cancellation,
) -> Task:
    """Call a task off: places are freed, holders told, and its wish waits to be published again.

    With a city task go the tasks that communities made of it, but for those where service was decided on.
    Raises WrongState for a settled or cancelled task, HasVerdicts once flags were lit for it, and
    PersonalDataInTask for a reason that names a number: every holder reads it.
    """
    at = now or timezone.now()
    demand(may_cancel(by, task))
    check_not_muster(task)
    why = check_reason(reason)
    check_text(why, _("原因"), field="reason", kinds=personal_data.FORBIDDEN)
    call_off(task, why, by=by, at=at, tell=tell)
    for part in task.parts.filter(state__in=State.CANCELLABLE).select_related("publisher__parent", "wish"):
        if rules.is_cancellable(part):  # where somebody's service is decided on, it took place
            call_off(part, _("全市任务已取消：%(reason)s") % {"reason": why}, by=by, at=at)
    breakdown.end_with(task, why, by=by, at=at)
    breakdown.release(task, by=by, at=at)
    return task


def tell_parts(task: Task) -> None:
    """Whoever is to bring people to it, of another time or place; the latest event is the occasion."""
    if task.is_of_city and task.is_published:
        breakdown_messages.tell_moved(task, TaskEvent.objects.filter(task=task).latest("id").pk)


def call_off(
    task: Task, why: str, *, by: User, at: dt.datetime, tell: TellEnd = messages.tell_of_cancellation
) -> None:
    """Places are freed, and their holders told. Raises WrongState, HasVerdicts."""
    freed, in_line, was_published = free_all(task, why, by=by, at=at)
    if was_published and task.wish:
        wishes.unpublish(task.wish, by=by, note=_("任务已取消：%(reason)s") % {"reason": why})
    tell(task, freed, why, in_line=in_line)
    invitations.tell_called_off(task, why)


def free_all(task: Task, why: str, *, by: User, at: dt.datetime) -> tuple[list[Claim], set[int], bool]:
    """The task ends as cancelled: the claims that led somewhere, which of them waited, was it published."""
    # The row lock keeps claims and verifications out until the end.
    task.state = Task.objects.select_for_update().values_list("state", flat=True).get(pk=task.pk)
    rules.check_cancellable(task)
    was_published = task.is_published
    if task.is_in_review:
        reviewing.close(task, by=by, at=at)
    freed = list(task.claims.live().select_related("member__user"))
    in_line = {claim.pk for claim in freed if claim.is_pending}
    move_all(
        freed,
        Claim.State.FREED,
        allowed=Claim.State.LIVE,
        event=ClaimEvent,
        by=by,
        at=at,
        note=why,
        refusal=moved_on,
    )
    places = task.claims.holding().count()
    move(task, State.CANCELLED, by=by, at=at, note=why, cancel_reason=why, places_taken=places)
    return freed, in_line, was_published
