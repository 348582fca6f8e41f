"""Changing or calling off one date and all that follow it; who holds places on them is told once."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Unpack, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from tasks.models import Claim, Series, Task
from tasks.publishing import publishing
from tasks.publishing.rules import check_clashes, check_unchanged
from tasks.rights import check_publisher, demand, may_cancel
from tasks.series import messages, rules
from tasks.series.planning import held
from xianfeng.lib.refusal import Refusal, check_reason
from xianfeng.lib.times import format_date

# A date keeps its own day: these move by as much as those of the date at hand.
MOMENTS = ("starts_at", "ends_at", "signup_opens_at", "signup_closes_at")


def following(task: Task, now: dt.datetime) -> list[Task]:
    """This date and the later ones that have not begun and stand open, locked in the order of their keys.

    Dates that somebody decided on took place, and stay as they are.
    """
    dates = Task.objects.select_for_update(of=("self",), no_key=True).filter(
        series=task.series_id, series_day__gte=task.series_day, state__in=Task.State.CHANGEABLE,
        starts_at__gt=now,
    )  # fmt: skip
    decided = Claim.objects.filter(state__in=Claim.State.DECIDED, task__series=task.series_id)
    undecided = dates.exclude(pk__in=decided.values("task"))
    return sorted(undecided.select_related("publisher__parent").order_by("pk"), key=lambda one: one.starts_at)


@dataclass
class Gathered:
    """The dates that got another time or place, and whom that puts in two places: told of at the end."""

    dates: list[Task] = field(default_factory=list)
    clashes: dict[Claim, Task] = field(default_factory=dict)

    def add(self, task: Task, clashes: Mapping[Claim, Task]) -> None:
        self.dates.append(task)
        self.clashes.update(clashes)


@transaction.atomic
def change_following(
    task: Task,
    *,
    by: User,
    now: dt.datetime | None = None,
    seen: int | None = None,
    clashes_seen: bool = False,
    insist: str = "",
    **changes: Unpack[publishing.Changes],
) -> list[Task]:
    """Change this date and all later ones alike; what a date has of its own and is not named stays.

    All or none. Raises what `publishing.edit` refuses, with the date in front; HoldersClash names the
    people of all dates.
    """
    at, series = now or timezone.now(), series_of(task)
    check_publisher(by, task.publisher)
    held(series)
    dates = following(task, at)
    rules.check_something_follows(dates, task)
    current = next((one for one in dates if one.pk == task.pk), task)
    check_unchanged(publishing.version_of(current), seen)
    wanted = {name: value for name, value in changes.items() if is_other(current, name, value)}
    gathered = Gathered()
    for one, own in in_turn(dates, current, wanted):
        with dated(one):
            publishing.edit(one, by=by, now=at, clashes_seen=True, insist=insist, tell=gathered.add, **own)
    check_clashes(gathered.clashes, seen=clashes_seen)
    messages.tell_changed(series, gathered.dates, gathered.clashes)
    return dates


def series_of(task: Task) -> Series:
    """Whoever asks for what follows has a date of one in hand."""
    return cast(Series, task.series)


def in_turn(
    dates: Collection[Task], model: Task, wanted: Mapping[str, Any]
) -> Iterator[tuple[Task, dict[str, Any]]]:
    """Each date with what is wanted of it; no date is put over the next one of its own series.

    So the last one comes first where all move on.
    """
    moves_on = "starts_at" in wanted and wanted["starts_at"] > model.starts_at
    own = {one: of_date(one, model, wanted) for one in dates}
    yield from sorted(own.items(), key=lambda pair: pair[0].starts_at, reverse=moves_on)


def is_other(task: Task, name: str, value: Any) -> bool:
    if name == "audience":
        return set(value) != set(task.audience.all())
    return bool(getattr(task, name) != value)


def of_date(one: Task, model: Task, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted of the date at hand, as it is for another date."""
    moved = {
        name: getattr(one, name) + (wanted[name] - getattr(model, name)) for name in MOMENTS if name in wanted
    }
    return {**wanted, **moved}


@contextmanager
def dated(task: Task) -> Iterator[None]:
    """A refusal says which date it is about."""
    try:
        yield
    except Refusal as refusal:
        day = format_date(task.starts_at, weekday=False)
        refusal.message = _("%(day)s 这次：%(why)s") % {"day": day, "why": refusal.message}
        raise


@transaction.atomic
def cancel_following(task: Task, *, reason: str, by: User, now: dt.datetime | None = None) -> list[Task]:
    """Call this date and all later ones off; each holder is told once. Raises what `cancel` of one does."""
    at, series = now or timezone.now(), series_of(task)
    demand(may_cancel(by, task))
    why = check_reason(reason)
    held(series)
    dates = following(task, at)
    rules.check_something_follows(dates, task)
    freed: list[Claim] = []

    def gather(_one: Task, claims: Collection[Claim], _why: str, *, in_line: Collection[int]) -> None:
        freed.extend(claims)

    for one in dates:
        with dated(one):
            publishing.cancel(one, reason=why, by=by, now=at, tell=gather)
    messages.tell_cancelled(series, freed, why)
    return dates
