"""Which days a view shows, and which one lies before and after it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.times import monday_of, next_month

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
MONTH_VIEW, WEEK_VIEW, LIST_VIEW = "month", "week", "list"
VIEWS: tuple[tuple[str, Promise], ...] = (
    (MONTH_VIEW, _("月")), (WEEK_VIEW, _("周")), (LIST_VIEW, _("列表")),
)  # fmt: skip
# Outside of these the calendar of the library ends, or holds nothing of ours.
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


@dataclass(frozen=True)
class Span:
    """The days of a view, whole weeks from Monday on in a grid; `month` is whose days they are."""

    view: str
    chosen: dt.date
    first: dt.date
    last: dt.date

    @property
    def is_grid(self) -> bool:
        return self.view != LIST_VIEW

    def days(self) -> Iterator[dt.date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + number * DAY

    @property
    def before(self) -> dt.date:
        if self.view == WEEK_VIEW:
            return max(FIRST, self.chosen - WEEK)
        return max(FIRST, (self.chosen.replace(day=1) - DAY).replace(day=1))

    @property
    def after(self) -> dt.date:
        if self.view == WEEK_VIEW:
            return min(LAST, self.chosen + WEEK)
        return min(LAST, next_month(self.chosen))

    def has(self, day: dt.date) -> bool:
        """Whether the day is the view's own, and does not only fill a week of the month's grid."""
        return self.view == WEEK_VIEW or (day.year, day.month) == (self.chosen.year, self.chosen.month)


def span_of(view: str, chosen: dt.date) -> Span:
    """A month fills its weeks, a week is one, a list is the month."""
    if view == WEEK_VIEW:
        return Span(view, chosen, monday_of(chosen), monday_of(chosen) + 6 * DAY)
    first, last = chosen.replace(day=1), next_month(chosen) - DAY
    if view == LIST_VIEW:
        return Span(view, chosen, first, last)
    return Span(view, chosen, monday_of(first), monday_of(last) + 6 * DAY)


def weeks_of[T](days: Sequence[T]) -> list[Sequence[T]]:
    return [days[start : start + 7] for start in range(0, len(days), 7)]


def day_of(text: str, otherwise: dt.date) -> dt.date:
    """A day as the address names it; what is none, or out of bounds, counts as not named."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if FIRST <= day <= LAST else otherwise
