import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xianfeng.lib import workdays
from xianfeng.lib.workdays import add_working_days, is_working_day, working_days_between


@pytest.fixture(autouse=True)
def _nothing_entered(monkeypatch):
    monkeypatch.setattr(workdays, "_source", dict)


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday, worked in exchange for the 20th
        (date(2026, 2, 20), False),  # the Friday that it bought
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 3, 5), True),
        (date(2026, 3, 7), False),
        (date(2026, 10, 10), True),  # a Saturday after the National Day week
        (date(2026, 1, 4), True),  # a Sunday after New Year
    ],
)
def test_the_published_calendar_with_its_swaps(day, works):
    assert is_working_day(day) is works


def test_a_year_not_published_yet_still_has_an_answer():
    assert is_working_day(date(2027, 10, 1)) is False
    assert is_working_day(date(2027, 10, 11)) is True


def test_what_was_entered_wins_and_the_callers_word_is_the_last(monkeypatch):
    day = date(2027, 10, 9)  # a Saturday
    assert is_working_day(day) is False
    monkeypatch.setattr(workdays, "_source", lambda: {"2027-10-09": True})
    workdays.look_again()
    assert is_working_day(day) is False, "nobody marked a change"
    workdays._mark_anew()
    assert is_working_day(day) is True
    assert is_working_day(day, {"2027-10-09": False}) is False


def test_who_missed_the_mark_of_a_change_reads_again_after_a_while(monkeypatch):
    """The shared cache was away, and the mark went into another process's own."""
    day = date(2027, 10, 9)
    assert is_working_day(day) is False
    monkeypatch.setattr(workdays, "_source", lambda: {"2027-10-09": True})
    now = time.monotonic() + 301
    monkeypatch.setattr(workdays.time, "monotonic", lambda: now)
    workdays.look_again()
    assert is_working_day(day) is True


def test_the_years_with_swaps_are_known():
    assert workdays.is_published(2026)
    assert not workdays.is_published(2030)


def test_ten_working_days_over_the_spring_festival():
    # 14 and 28 February are worked; 15 to 23 are free.
    assert add_working_days(date(2026, 2, 13), 10) == date(2026, 3, 5)


def test_counting_from_a_free_day_starts_on_the_next_working_one():
    assert add_working_days(date(2026, 10, 3), 1) == date(2026, 10, 8)


def test_none_is_the_day_itself_and_negative_goes_back():
    assert add_working_days(date(2026, 3, 7), 0) == date(2026, 3, 7)
    assert add_working_days(date(2026, 2, 24), -1) == date(2026, 2, 14)


@given(start=DAYS, count=st.integers(1, 40))
def test_adding_and_counting_agree(start, count):
    after, before = add_working_days(start, count), add_working_days(start, -count)
    assert is_working_day(after)
    assert is_working_day(before)
    assert working_days_between(start, after) == count
    # Forward the start itself is not counted; backward the span ends on it.
    assert working_days_between(before, start) == count - 1 + is_working_day(start)


@given(first=DAYS, second=DAYS, third=DAYS)
def test_spans_add_up(first, second, third):
    whole = working_days_between(first, third)
    assert whole == working_days_between(first, second) + working_days_between(second, third)


@given(day=DAYS)
def test_a_span_of_one_day_is_that_day(day):
    assert working_days_between(day - timedelta(days=1), day) == is_working_day(day)
