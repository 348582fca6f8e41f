"""A series is published, and goes on: every date a task of its own, all of them or none."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from statistics import mode
from typing import Any, Unpack, cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.models import Series, ServiceItem, Task
from tasks.publishing import publishing
from tasks.rights import check_publisher
from tasks.series import rules
from xianfeng.lib.refusal import KeyReused
from xianfeng.lib.times import at, local_date
from xianfeng.lib.workdays import SATURDAY, is_working_day, published

# What moves along with the date; sign-up for all of them opens at once.
MOVES_ALONG = ("starts_at", "ends_at", "signup_closes_at")
# What one date takes over from another, when the series goes on.
SAME = (
    "title", "text", "place", "capacity", "flags", "minutes", "organiser_name", "presence", "sessions",
    "wanted_skills", "risk_note",
)  # fmt: skip


def is_holiday(day: dt.date) -> bool:
    """Offices rest, and not because of an ordinary weekend."""
    special = published(day)
    is_festival = special is not None and not special.works
    return not is_working_day(day) and (is_festival or day.weekday() < SATURDAY)


def without_holidays(days: Iterable[dt.date]) -> list[dt.date]:
    return [day for day in days if not is_holiday(day)]


@transaction.atomic
def create(
    *,
    by: User,
    publisher: Organization,
    item: ServiceItem,
    audience: Sequence[Organization],
    frequency: str,
    until: dt.date,
    days: Collection[dt.date],
    skips_holidays: bool = True,
    insist: str = "",
    key: str | None = None,
    now: dt.datetime | None = None,
    **terms: Unpack[publishing.Terms],
) -> Series:
    """Publish one task on each of the `days` of the pattern that the first start begins.

    The same key again gives the same series; with other content KeyReused. Raises what a task's publication
    refuses, and TooFewDates, TooManyDates, TooFarAhead, NeedsReviewFirst.
    """
    check_publisher(by, publisher)
    rules.check_end(until)
    first = local_date(terms["starts_at"])
    series = Series(
        publisher=publisher, title=terms["title"], frequency=frequency, first_day=first, last_day=until,
        skips_holidays=skips_holidays, created_by=by, key=key,
    )  # fmt: skip
    rules.check_count(days)
    rules.check_days_of_pattern(days, series.days_until(until))
    try:
        with transaction.atomic():
            series.save(force_insert=True)
    except IntegrityError:
        return made_before(series, days)
    common: dict[str, Any] = {**terms, "item": item, "audience": audience, "insist": insist, "now": now}
    publish_dates(series, days, first, common, by=by)
    return series


def made_before(series: Series, days: Collection[dt.date]) -> Series:
    """The series an earlier request with the same key made. Raises KeyReused where it was another."""
    made = Series.objects.filter(key=series.key).first() if series.key else None
    if made is None:
        raise
    same = ("title", "publisher_id", "created_by_id", "frequency", "first_day")
    days_made = set(made.dates.values_list("series_day", flat=True))
    if any(getattr(made, name) != getattr(series, name) for name in same) or not set(days) <= days_made:
        raise KeyReused(_("这张表单已经提交过，内容却不一样。请打开新的表单重新填写。"))
    return made


def publish_dates(
    series: Series, days: Collection[dt.date], model_day: dt.date, common: dict[str, Any], *, by: User
) -> list[Task]:
    """One task a day, like the one on `model_day` that `common` describes."""
    return [
        publish_date(series, day, {**common, **moved_along(common, day - model_day)}, by=by)
        for day in sorted(days)
    ]


def publish_date(series: Series, day: dt.date, terms: dict[str, Any], *, by: User) -> Task:
    task = publishing.create(
        by=by, publisher=series.publisher, publish_now=True, series=series, series_day=day, **terms
    )
    rules.check_went_out(task)
    return task


def moved_along(terms: dict[str, Any], shift: dt.timedelta) -> dict[str, Any]:
    return {name: terms[name] + shift for name in MOVES_ALONG}


def next_days(series: Series, until: dt.date) -> list[dt.date]:
    """The days of the pattern after the last one published; festivals left out where it skips them."""
    days = [day for day in series.days_until(until) if day > series.last_day]
    return without_holidays(days) if series.skips_holidays else days


@transaction.atomic
def prolong(
    series: Series, *, until: dt.date, by: User, insist: str = "", now: dt.datetime | None = None
) -> list[Task]:
    """The pattern goes on until then, each date like the latest that was not called off.

    Raises NothingToProlong, also for the second of two who do it at once, and what `create` refuses.
    """
    moment = now or timezone.now()
    check_publisher(by, series.publisher)
    current = held(series)
    rules.check_end(until)
    days = next_days(current, until)
    rules.check_prolonged(current, until, days)
    rules.check_count(days, least=1)
    model = model_of(current)
    Series.objects.filter(pk=current.pk).update(last_day=until)
    signup = {"signup_opens_at": moment.replace(second=0, microsecond=0)}
    common = {**terms_of(model), **signup, "insist": insist, "now": moment}
    return publish_dates(current, days, pattern_day(model), common, by=by)


def held(series: Series) -> Series:
    """The row as it stands, until the end of the transaction: one after the other changes a series."""
    rows = Series.objects.select_for_update(of=("self",), no_key=True).select_related("publisher")
    return rows.get(pk=series.pk)


def model_of(series: Series) -> Task:
    """Whose terms the next dates get: the latest at the usual hour, not one that was moved by itself.

    Of a series that was called off whole, the last date all the same.
    """
    dates = series.dates.select_related("item").order_by("-series_day")
    latest = list(dates.exclude(state=Task.State.CANCELLED)[:3]) or list(dates[:1])
    usual = mode(beside_pattern(task) for task in latest)
    return next(task for task in latest if beside_pattern(task) == usual)


def beside_pattern(task: Task) -> dt.timedelta:
    """How long after its day of the pattern begins it starts."""
    return task.starts_at - at(pattern_day(task), 0)


def pattern_day(task: Task) -> dt.date:
    """Every date of a series has one."""
    return cast(dt.date, task.series_day)


def terms_of(task: Task) -> dict[str, Any]:
    same = {name: getattr(task, name) for name in (*SAME, *MOVES_ALONG)}
    return {**same, "item": task.item, "audience": list(task.audience.all())}
