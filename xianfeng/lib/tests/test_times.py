from datetime import UTC, date, datetime

import pytest

from xianfeng.lib import times


def test_the_last_evening_in_utc_is_already_new_year_in_shanghai():
    assert times.local_year(datetime(2025, 12, 31, 15, 59, tzinfo=UTC)) == 2025
    assert times.local_year(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) == 2026
    assert times.local_year(date(2025, 12, 31)) == 2025


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="naive"):
        times.local_year(datetime(2026, 1, 1))  # noqa: DTZ001


def test_year_bounds_are_half_open_and_meet():
    start, end = times.year_bounds(2026)
    assert times.local_year(start) == 2026
    assert times.local_year(end) == 2027
    assert times.year_bounds(2027)[0] == end


def test_today_is_shanghais(monkeypatch):
    monkeypatch.setattr(times.timezone, "now", lambda: datetime(2026, 3, 4, 16, 30, tzinfo=UTC))
    assert times.today() == date(2026, 3, 5)
    assert times.days_until(date(2026, 3, 8)) == 3
    assert times.days_until(date(2026, 3, 1)) == -4


def test_the_written_forms():
    start = times.at(date(2026, 3, 5), 14)
    assert times.format_date(start) == "2026年3月5日 周四"
    assert times.format_date(date(2026, 3, 5), weekday=False) == "2026年3月5日"
    assert times.format_moment(start) == "2026年3月5日 周四 14:00"
    assert times.format_span(start, times.at(date(2026, 3, 5), 16)) == "2026年3月5日 周四 14:00–16:00"
    over_night = times.format_span(start, times.at(date(2026, 3, 6), 9, 30))
    assert over_night == "2026年3月5日 周四 14:00 – 2026年3月6日 周五 09:30"
