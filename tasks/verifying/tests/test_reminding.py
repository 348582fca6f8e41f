"""Ten working days to record: the backlog by deadline, and one digest on the eighth day."""

import datetime as dt
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from flags.calendar import entering
from notices.models import Notice
from tasks.deadlines import RECORD_WITHIN, REMIND_AFTER, last_overdue_day, record_deadline
from tasks.models import Task
from tasks.tests.desk import at_desk, ended_task
from tasks.tests.offers import DAY, HOUR
from tasks.verifying import reminding
from tasks.verifying.jobs import remind_to_verify
from xianfeng.lib.times import at, today
from xianfeng.lib.workdays import add_working_days
from xianfeng.testing.cast import Cast

# A Monday; the Labour Day holiday of 1–5 May and its swap day (Saturday 9 May) lie in between.
END_DAY = dt.date(2026, 4, 27)


def ended_on(cast: Cast, day: dt.date, **fields: object) -> Task:
    """A task of 青锋社区 with 李建国's undecided claim, over on the day at 16:00."""
    return ended_task(cast, cast.li, ago=timezone.now() - at(day, 14), **fields)


def test_holidays_do_not_count_and_swap_days_do(cast: Cast) -> None:
    assert record_deadline(ended_on(cast, END_DAY)) == dt.date(2026, 5, 13)


@pytest.mark.django_db
@pytest.mark.parametrize("day", [dt.date(2026, 5, 13), dt.date(2026, 5, 14), dt.date(2026, 10, 9)])
def test_the_last_overdue_day_is_the_deadline_s_inverse(day: dt.date) -> None:
    last = last_overdue_day(day)
    beyond = add_working_days(last, RECORD_WITHIN)
    following = add_working_days(last + DAY, RECORD_WITHIN)
    assert beyond < day <= following


def reminded(day: dt.date) -> int:
    # Whether a task is over is asked of the clock; the reminder's day is given.
    with mock.patch("django.utils.timezone.now", return_value=at(day, 9)):
        return reminding.remind(day)


def test_the_eighth_day_brings_one_digest_to_those_who_verify(cast: Cast) -> None:
    ended_on(cast, END_DAY, title="甲")
    ended_on(cast, END_DAY, title="乙", publisher=cast.estate)
    eighth = dt.date(2026, 5, 11)
    assert reminded(eighth - DAY) == 0
    assert reminded(eighth) == 2
    assert reminded(eighth) == 0
    assert {notice.recipient for notice in Notice.objects.all()} == {cast.secretary, cast.clerk}
    body = Notice.objects.first().body  # type: ignore[union-attr]
    assert "甲" in body
    assert "乙" in body
    assert "2026年5月13日" in body


def test_a_missed_day_is_made_up_for_within_a_week(cast: Cast) -> None:
    ended_on(cast, END_DAY)
    eighth = dt.date(2026, 5, 11)
    assert reminded(eighth + 8 * DAY) == 0
    assert reminded(eighth + 7 * DAY) == 2
    assert reminded(eighth + 7 * DAY) == 0


def test_a_decided_task_is_not_named(cast: Cast) -> None:
    ended_on(cast, END_DAY).claims.update(state="verified")
    assert reminded(dt.date(2026, 5, 11)) == 0


def test_the_job_reminds_for_today(cast: Cast) -> None:
    day = add_working_days(today(), -REMIND_AFTER)
    while add_working_days(day, REMIND_AFTER) > today():
        day -= DAY
    ended_on(cast, day)
    assert remind_to_verify() == 2


# --- The page -----------------------------------------------------------------------------------

URL = reverse("tasks:to_verify")


def test_deadlines_follow_what_the_city_enters(cast: Cast, django_capture_on_commit_callbacks) -> None:
    task = ended_on(cast, END_DAY)
    before = record_deadline(task)
    with django_capture_on_commit_callbacks(execute=True):
        entering.enter(before, before, works=False, note="调休", by=cast.city_officer)
    assert record_deadline(task) == add_working_days(END_DAY, RECORD_WITHIN) > before


def test_the_nearest_deadline_stands_first(cast: Cast) -> None:
    for days, title in ((3, "新"), (60, "旧"), (20, "中")):
        ended_task(cast, cast.li, ago=days * DAY, title=title)
    ended_task(cast, title="没人接单")
    page = at_desk(cast.clerk).get(URL)
    assert [line["task"].title for line in page.context["lines"]] == ["旧", "中", "新"]
    assert [line["is_overdue"] for line in page.context["lines"]] == [True, True, False]
    assert [tab.count for tab in page.context["tabs"]] == [3, 2]
    assert "已超期" in page.content.decode()
    overdue = at_desk(cast.clerk).get(URL, {"tab": "overdue"})
    assert [line["task"].title for line in overdue.context["lines"]] == ["旧", "中"]


def test_the_figures_of_a_line(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang, cast.zhao)
    task.claims.filter(member=cast.li).update(presence="present")
    task.claims.filter(member=cast.zhao).update(state="withdrawn")
    (line,) = at_desk(cast.clerk).get(URL).context["lines"]
    assert (line["open_claims"], line["unmarked"]) == (2, 1)


def test_the_city_sees_all_and_verifies_its_own(cast: Cast) -> None:
    ended_task(cast, cast.li, title="社区的")
    ended_task(cast, cast.li, title="市里的", publisher=cast.city, ago=3 * DAY)
    lines = at_desk(cast.city_officer).get(URL).context["lines"]
    assert {line["task"].title: line["is_mine"] for line in lines} == {"市里的": True, "社区的": False}
    assert not at_desk(cast.other_secretary).get(URL).context["lines"]


def test_a_running_task_does_not_wait_yet(cast: Cast) -> None:
    ended_task(cast, cast.li, ago=HOUR)
    assert not at_desk(cast.clerk).get(URL).context["lines"]


def test_a_task_of_the_city_reminds_each_community_of_its_own_people(cast: Cast) -> None:
    ended_on(cast, END_DAY, title="全市行动", publisher=cast.city, audience=[cast.city])
    reminded(add_working_days(END_DAY, REMIND_AFTER))
    told = set(Notice.objects.filter(kind="verify_due").values_list("recipient__username", flat=True))
    assert told == {"city", "city2", "secretary", "clerk"}
