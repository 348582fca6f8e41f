"""Publishing a series: its days, its exceptions, all dates or none, once for a key; and going on."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from notices.models import Notice
from tasks.models import Series, Task
from tasks.models.recurrence import Frequency, days_of, in_words
from tasks.publishing import publishing
from tasks.series import changing, planning, reminding, rules
from tasks.tests.desk import at_desk, make_item
from tasks.tests.offers import DAY, HOUR
from tasks.tests.series import WEEK, dates_of, first_friday, friday_terms, fridays, make_series
from xianfeng.lib.refusal import ChangedMeanwhile, KeyReused
from xianfeng.lib.times import SHANGHAI, local_date, today
from xianfeng.testing.cast import Cast

FRIDAY, FIFTH = dt.date(2027, 3, 5), dt.date(2027, 4, 30)


@pytest.mark.parametrize(
    ("frequency", "first", "second", "words"),
    [
        (Frequency.WEEKLY, FRIDAY, dt.date(2027, 3, 12), "每周五"),
        (Frequency.FORTNIGHTLY, FRIDAY, dt.date(2027, 3, 19), "每两周的周五"),
        (Frequency.BY_WEEKDAY, FRIDAY, dt.date(2027, 4, 2), "每月第 1 个周五"),
        (Frequency.BY_WEEKDAY, FIFTH, dt.date(2027, 5, 28), "每月最后一个周五"),
        (Frequency.BY_DAY, FRIDAY, dt.date(2027, 4, 5), "每月 5 日"),
        (Frequency.BY_DAY, dt.date(2027, 1, 31), dt.date(2027, 3, 31), "每月 31 日"),
    ],
)
def test_days_follow_from_the_first(frequency: str, first: dt.date, second: dt.date, words: str) -> None:
    assert days_of(frequency, first, first + dt.timedelta(days=70))[:2] == [first, second]
    assert in_words(frequency, first) == words


@given(
    st.sampled_from(Frequency.values), st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 400)
)
def test_every_pattern_begins_with_its_first_day_and_stays_within(
    frequency: str, first: dt.date, length: int
) -> None:
    last = first + dt.timedelta(days=length)
    days = days_of(frequency, first, last)
    is_fifth = frequency == Frequency.BY_WEEKDAY and first.day > 28
    assert days == sorted(set(days)) and all(first <= day <= last for day in days)
    assert days[0] == first or (is_fifth and days[0] < first + dt.timedelta(days=31)) if days else is_fifth


def test_each_date_is_a_task_of_its_own(cast: Cast) -> None:
    series = make_series(cast, 3, capacity=4)
    dates = dates_of(series)
    assert [local_date(task.starts_at) for task in dates] == fridays(3)
    assert all(task.ends_at - task.starts_at == 2 * HOUR and task.is_published for task in dates)
    assert {task.signup_closes_at - task.starts_at for task in dates} == {dt.timedelta()}
    assert [task.capacity for task in dates] == [4, 4, 4]


def test_a_day_that_was_left_out_is_shown_as_left_out(cast: Cast) -> None:
    series = make_series(cast, days=[fridays(3)[0], fridays(3)[2]], until=fridays(3)[2])
    page = at_desk(cast.clerk).get(reverse("tasks:series", args=[series.pk]))
    assert page.context["left_out"] == [fridays(3)[1]]


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        (lambda: {"days": fridays(1)}, rules.TooFewDates),
        (lambda: {"days": [*fridays(2), first_friday() + DAY]}, ChangedMeanwhile),
        (lambda: {"until": rules.last_day_allowed() + DAY}, rules.TooFarAhead),
        (lambda: {"days": fridays(61), "until": fridays(61)[-1]}, rules.TooManyDates),
        (lambda: {"flags": 9}, rules.NeedsReviewFirst),
    ],
)
def test_what_a_series_refuses_leaves_nothing_behind(cast: Cast, given_, refusal) -> None:
    with time_machine.travel(dt.datetime(2027, 1, 4, 9, tzinfo=SHANGHAI), tick=False), pytest.raises(refusal):
        make_series(cast, **given_())
    assert not Series.objects.exists() and not Task.objects.exists() and not Notice.objects.exists()


def test_the_same_form_twice_makes_one_series(cast: Cast) -> None:
    assert make_series(cast, key="k") == make_series(cast, key="k")
    assert Task.objects.count() == 3
    with pytest.raises(KeyReused):
        make_series(cast, key="k", title="别的")


def test_only_the_publisher_publishes_and_prolongs(cast: Cast) -> None:
    series = make_series(cast)
    for by in (cast.other_secretary, cast.street_officer, cast.auditor, cast.city_officer):
        with pytest.raises(PermissionDenied):
            make_series(cast, by=by)
        with pytest.raises(PermissionDenied):
            planning.prolong(series, until=series.last_day + WEEK, by=by)


# --- The form ------------------------------------------------------------------------------------


def form_of(**changes: object) -> dict[str, object]:
    """What the browser sends."""
    given_ = friday_terms()
    times = {
        name: given_[name].astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        for name in ("starts_at", "ends_at")
    }
    plain = {
        "title": "周五下沉日",
        "place": "社区广场",
        "capacity": 5,
        "organiser_name": "林社工",
        "reach": "own",
    }
    pattern = {
        "frequency": "weekly",
        "until": fridays(4)[-1].isoformat(),
        "presence": "roster",
        "key": "form",
    }
    return {**plain, **times, **pattern, "item": make_item(code=uuid.uuid4().hex[:12]).pk, **changes}


def test_first_the_dates_are_shown_then_published(cast: Cast) -> None:
    client, url = at_desk(cast.clerk), reverse("tasks:series_new")
    shown = client.post(url, form_of(action="dates"))
    assert [day for day, _label in shown.context["form"].fields["days"].choices] == [
        day.isoformat() for day in fridays(4)
    ]
    assert not Task.objects.exists()
    chosen = [day.isoformat() for day in fridays(4)[:3]]
    done = client.post(url, form_of(action="publish", days=chosen))
    series = Series.objects.get()
    assert done.url == reverse("tasks:series", args=[series.pk])
    assert [local_date(task.starts_at) for task in dates_of(series)] == fridays(3)


def test_dates_of_another_pattern_are_looked_at_again(cast: Cast) -> None:
    days = [day.isoformat() for day in fridays(4)]
    answer = at_desk(cast.clerk).post(
        reverse("tasks:series_new"), form_of(action="publish", days=days, frequency="fortnightly")
    )
    assert "days" in answer.context["form"].errors and not Task.objects.exists()


def test_holidays_are_not_ticked(cast: Cast) -> None:
    """国庆节 2027: Friday the 1st is one."""
    with time_machine.travel(dt.datetime(2027, 9, 1, 9, tzinfo=SHANGHAI), tick=False):
        days = {"starts_at": "2027-09-24T14:00", "ends_at": "2027-09-24T16:00", "until": "2027-10-15"}
        shown = at_desk(cast.clerk).post(
            reverse("tasks:series_new"), form_of(action="dates", skips_holidays="on", **days)
        )
    form = shown.context["form"]
    ticked = form["days"].value()
    assert "2027-10-01" in dict(form.fields["days"].choices) and "2027-10-01" not in ticked
    assert "2027-09-24" in ticked and "节假日" in shown.content.decode()


# --- Going on ------------------------------------------------------------------------------------


def test_it_goes_on_like_its_latest_date(cast: Cast) -> None:
    series = make_series(cast)
    changing.change_following(dates_of(series)[1], by=cast.clerk, place="新村活动室")
    made = planning.prolong(series, until=fridays(5)[-1], by=cast.clerk)
    assert [local_date(task.starts_at) for task in dates_of(series)] == fridays(5)
    assert {task.place for task in made} == {"新村活动室"} and len(made) == 2
    with pytest.raises(rules.NothingToProlong):
        planning.prolong(series, until=fridays(5)[-1], by=cast.clerk)


def test_a_date_that_was_moved_by_itself_is_no_pattern(cast: Cast) -> None:
    series = make_series(cast)
    last = dates_of(series)[-1]
    moved = {name: getattr(last, name) + DAY for name in ("starts_at", "ends_at", "signup_closes_at")}
    publishing.edit(last, by=cast.clerk, **moved)
    (made,) = planning.prolong(series, until=fridays(4)[-1], by=cast.clerk)
    assert local_date(made.starts_at) == fridays(4)[-1]


def test_next_year_the_same_pattern_again_without_holidays(cast: Cast) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 28, 9, tzinfo=SHANGHAI), tick=False):
        series = make_series(cast, 2, skips_holidays=True)
        planning.prolong(series, until=dt.date(2027, 1, 15), by=cast.clerk)
        days = [local_date(task.starts_at) for task in dates_of(series)]
        assert dt.date(2027, 1, 1) not in days and days[-1] == dt.date(2027, 1, 15)


def test_the_publisher_is_reminded_once_before_it_ends(cast: Cast) -> None:
    series = make_series(cast)
    assert reminding.remind(series.last_day - dt.timedelta(days=15)) == 0
    assert reminding.remind(series.last_day - DAY) == 2
    assert reminding.remind(series.last_day) == 0
    assert {one.recipient for one in Notice.objects.filter(kind="series_ends")} == {
        cast.secretary,
        cast.clerk,
    }
    planning.prolong(series, until=series.last_day + WEEK, by=cast.clerk)
    assert reminding.remind(series.last_day + WEEK) == 2


def test_what_was_called_off_whole_is_no_matter(cast: Cast) -> None:
    series = make_series(cast)
    changing.cancel_following(dates_of(series)[0], reason="换届", by=cast.clerk)
    assert reminding.remind(series.last_day) == 0
    assert today() < series.last_day
