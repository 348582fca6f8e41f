"""The calendar that deadlines are counted by: published, entered, taken back."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from flags.calendar import entering
from flags.calendar.entering import DaysUnfit, NothingEntered
from flags.models import DayRule
from xianfeng.lib import workdays
from xianfeng.lib.times import today
from xianfeng.lib.workdays import is_working_day
from xianfeng.testing.cast import Cast

SATURDAY, SUNDAY, MONDAY = dt.date(2027, 10, 9), dt.date(2027, 10, 10), dt.date(2027, 10, 11)

pytestmark = pytest.mark.django_db


def say(cast: Cast, first: dt.date, last: dt.date, *, works: bool) -> DayRule:
    return entering.enter(first, last, works=works, note="国庆节", by=cast.city_officer)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_what_the_city_enters_counts_at_once_and_the_latest_word_is_the_last(cast: Cast, commits):
    assert [is_working_day(SATURDAY), is_working_day(MONDAY)] == [False, True]
    with commits():
        say(cast, SATURDAY, SUNDAY, works=True)
        say(cast, MONDAY, MONDAY, works=False)
    assert [is_working_day(day) for day in (SATURDAY, SUNDAY, MONDAY)] == [True, True, False]
    with commits():
        say(cast, SUNDAY, SUNDAY, works=False)
    assert is_working_day(SUNDAY) is False


def test_what_was_taken_back_is_as_published_and_stays_on_record(cast: Cast, commits):
    with commits():
        say(cast, SATURDAY, SUNDAY, works=True)
        assert entering.take_back(SATURDAY, MONDAY, by=cast.city_officer) == 2
    assert is_working_day(SATURDAY) is False
    assert DayRule.objects.count() == 4
    with pytest.raises(NothingEntered):
        entering.take_back(SATURDAY, SUNDAY, by=cast.city_officer)


def test_a_rolled_back_entry_changes_nothing(cast: Cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        say(cast, SATURDAY, SATURDAY, works=True)
        DayRule.objects.all().delete()
    assert is_working_day(SATURDAY) is False


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (SUNDAY, SATURDAY),
        (SATURDAY, SATURDAY + dt.timedelta(days=31)),
        (dt.date(2062, 10, 1), dt.date(2062, 10, 1)),
        (dt.date(1, 1, 1), dt.date(1, 1, 1)),
        (dt.date.max, dt.date.max),
    ],
)
def test_slips_of_the_finger_are_refused(cast: Cast, first: dt.date, last: dt.date):
    with pytest.raises(DaysUnfit):
        say(cast, first, last, works=False)
    assert not DayRule.objects.exists()


def test_days_in_a_row_are_one_line(cast: Cast):
    year = today().year + 1
    say(cast, dt.date(year, 8, 1), dt.date(year, 8, 7), works=False)  # no festival lies in August
    [holiday] = [each for each in entering.stretches(year) if each.by]
    assert (holiday.first, holiday.last, holiday.count, holiday.works) == (
        dt.date(year, 8, 1), dt.date(year, 8, 7), 7, False,
    )  # fmt: skip


def test_a_year_is_complete_once_published_or_entered(
    cast: Cast, commits: Any, monkeypatch: pytest.MonkeyPatch
):
    assert entering.is_complete(2026)
    monkeypatch.setattr(workdays, "is_published", lambda _year: False)
    year = today().year + 1
    assert not entering.is_complete(year)
    with commits():  # the New Year alone, also with its swap
        say(cast, dt.date(year, 1, 1), dt.date(year, 1, 3), works=False)
    assert len(entering.missing(year)) == 2
    with commits():
        rule = say(cast, dt.date(year, 1, 4), dt.date(year, 1, 4), works=True)
    assert entering.missing(year) == ["春节放假（连续三天以上）"]
    with commits():
        say(cast, dt.date(year, 2, 15), dt.date(year, 2, 17), works=False)
    assert entering.is_complete(year)
    with commits():
        entering.take_back(rule.day, rule.day, by=cast.city_officer)
    assert entering.missing(year) == ["调休上班的日子"]


def test_the_page_says_what_is_still_missing(
    client: Client, cast: Cast, commits: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(workdays, "is_published", lambda _year: False)
    year = today().year + 1
    client.force_login(cast.city_officer)
    with commits():
        say(cast, dt.date(year, 1, 1), dt.date(year, 1, 1), works=False)
    page = client.get(reverse("flags:workdays", args=[year])).content.decode()
    assert "还缺：春节放假（连续三天以上）、调休上班的日子。" in page


# --- The page -----------------------------------------------------------------------------------


def test_the_city_enters_and_takes_back_and_others_read(client: Client, cast: Cast):
    year = today().year + 1
    page, day = reverse("flags:workdays", args=[year]), f"{year}-10-09"
    client.force_login(cast.city_officer)
    assert "还没有" in client.get(page).content.decode() or entering.is_complete(year)
    form = {"works": "on", "first": day, "last": "", "note": "国庆节调休"}
    assert client.post(page, form).url == page
    shown = client.get(page).content.decode()
    assert "国庆节调休" in shown and "撤销" in shown
    client.force_login(cast.secretary)
    read = client.get(page).content.decode()
    assert "国庆节调休" in read and "撤销" not in read and "按国务院通知录入" not in read
    client.force_login(cast.city_officer)
    taken = {"first": day, "last": day}
    assert client.post(reverse("flags:take_back_days"), taken).url == page
    assert "国庆节调休" not in client.get(page).content.decode()
    again = client.post(reverse("flags:take_back_days"), taken, follow=True)
    assert "可能同事已经撤销" in again.content.decode()


@pytest.mark.parametrize("field", ["works", "first", "note"])
def test_what_is_missing_is_asked_for(client: Client, cast: Cast, field: str):
    client.force_login(cast.city_officer)
    form = {"works": "on", "first": "2027-10-09", "last": "", "note": "调休"}
    answer = client.post(reverse("flags:workdays", args=[today().year]), form | {field: ""})
    assert answer.status_code == 200 and answer.context["form"].errors.keys() == {field}
    assert not DayRule.objects.exists()
