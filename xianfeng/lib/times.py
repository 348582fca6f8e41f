"""Dates as the platform sees them: in Asia/Shanghai, written 2026年3月5日 周四 14:00–16:00."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"
FIRST_YEAR = 2020  # the first whose service the platform keeps


def today() -> date:
    """The date it is in Shanghai now, whatever the zone of the process or of the viewer."""
    return local_date(timezone.now())


def local_date(moment: date | datetime) -> date:
    """The Shanghai date of an aware datetime; a date is taken as it is.

    Raises ValueError for a naive datetime: guessing its zone would move work between years.
    """
    if not isinstance(moment, datetime):
        return moment
    if timezone.is_naive(moment):
        raise ValueError("A naive datetime has no date in Shanghai.")
    return moment.astimezone(SHANGHAI).date()


def local_year(moment: date | datetime) -> int:
    """The calendar year in Shanghai (DOMAIN 4.5: a flag belongs to the year of its service date)."""
    return local_date(moment).year


def year_bounds(year: int) -> tuple[datetime, datetime]:
    """The year in Shanghai as a half-open pair of UTC datetimes, for index-friendly filters."""
    start, end = (datetime(y, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for y in (year, year + 1))
    return start, end


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An aware datetime for a wall-clock time in Shanghai."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


def format_date(moment: date | datetime, *, weekday: bool = True) -> str:
    """``2026年3月5日 周四``."""
    day = local_date(moment)
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text} 周{WEEKDAYS[day.weekday()]}" if weekday else text


def format_moment(moment: datetime, *, weekday: bool = True) -> str:
    """``2026年3月5日 周四 14:00``."""
    return f"{format_date(moment, weekday=weekday)} {moment.astimezone(SHANGHAI):%H:%M}"


def format_span(start: datetime, end: datetime) -> str:
    """``2026年3月5日 周四 14:00–16:00``; the end's date is named only where it is another one."""
    if local_date(start) == local_date(end):
        return f"{format_moment(start)}–{end.astimezone(SHANGHAI):%H:%M}"
    return f"{format_moment(start)} – {format_moment(end)}"


def days_until(moment: date | datetime) -> int:
    """Whole calendar days in Shanghai from today; negative for the past."""
    return (local_date(moment) - today()).days
