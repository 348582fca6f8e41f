"""The calendar: which days, what stands on them, who sees it, and that every state is an address."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tasks.calendar.filling import SHOWN
from tasks.calendar.spans import FIRST, LAST, VIEWS, span_of, weeks_of
from tasks.models import Claim
from tasks.tests.desk import at_desk, hold
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import at, today
from xianfeng.testing.cast import Cast

NEXT = today().replace(day=1) + dt.timedelta(days=45)


def titles(answer) -> list[str]:
    weeks = [day for week in answer.context["weeks"] for day in week]
    return [entry.task.title for day in weeks or answer.context["listed"] for entry in day.entries]


def shown(client: Client, name: str = "calendar", **query: str):
    return client.get(reverse(f"tasks:{name}"), {"on": NEXT.isoformat(), **query})


@given(st.sampled_from(["month", "week"]), st.dates(FIRST, LAST))
def test_a_grid_is_whole_weeks_around_its_day(view: str, day: dt.date) -> None:
    span = span_of(view, day)
    days = list(span.days())
    assert day in days and span.has(day) and days[0].weekday() == 0 and days[-1].weekday() == 6
    assert {len(week) for week in weeks_of(days)} == {7}
    assert FIRST <= span.before <= day <= LAST and day <= max(day, span.after) <= LAST


@pytest.mark.parametrize("view", dict(VIEWS))
def test_one_month_later_and_back_is_where_one_was(view: str) -> None:
    span = span_of(view, NEXT)
    back = span_of(view, span_of(view, span.after).before)
    assert (back.first, back.last) == (span.first, span.last)


@pytest.mark.parametrize("view", dict(VIEWS))
def test_each_day_of_a_task_has_it(cast: Cast, view: str) -> None:
    monday = NEXT - NEXT.weekday() * DAY
    start = at(monday, 9)
    make_offer(cast, title="三天", starts_at=start, ends_at=start + 2 * DAY + 2 * HOUR, sessions=3)
    make_offer(cast, title="取消", starts_at=start, state="cancelled")
    answer = shown(at_desk(cast.clerk), view=view, on=monday.isoformat())
    assert titles(answer).count("三天") >= (3 if (monday + 2 * DAY).month == monday.month else 1)
    assert "取消" not in titles(answer)


def test_filters_are_those_of_the_list(cast: Cast) -> None:
    make_offer(cast, title="扫楼道", starts_at=at(NEXT, 9))
    make_offer(cast, title="送菜", starts_at=at(NEXT, 14))
    assert titles(shown(at_desk(cast.clerk), q="送菜")) == ["送菜"]


def test_a_desk_sees_its_own_branch(cast: Cast) -> None:
    make_offer(cast, title="青锋的", starts_at=at(NEXT, 9))
    assert titles(shown(at_desk(cast.clerk))) == titles(shown(at_desk(cast.city_officer))) == ["青锋的"]
    assert titles(shown(at_desk(cast.other_secretary))) == []


def test_a_full_day_says_how_many_more_and_lists_them_all(cast: Cast) -> None:
    for number in range(SHOWN + 2):
        make_offer(cast, title=f"第{number}项", starts_at=at(NEXT, 8 + number))
    page = shown(at_desk(cast.clerk))
    assert "还有 2 项" in page.content.decode()
    assert len(page.context["listed"][0].entries) == SHOWN + 2


def test_the_member_sees_own_places_and_offers(cast: Cast) -> None:
    taken = make_offer(cast, title="已接", starts_at=at(NEXT, 9))
    left = make_offer(cast, title="已退", starts_at=at(NEXT, 12), signup_closes_at=at(today(), 0))
    make_offer(cast, title="可接的", starts_at=at(NEXT, 15))
    make_offer(cast, title="别处", starts_at=at(NEXT, 15), audience=[cast.other_community])
    take(taken, cast.li)
    Claim.objects.filter(pk=hold(left, cast.li).pk).update(state=Claim.State.WITHDRAWN)
    page = shown(at_desk(user_of(cast.li)), "my_calendar")
    assert titles(page) == ["已接", "可接的"]
    assert [entry.about is not None for entry in page.context["listed"][0].entries] == [True, False]


@pytest.mark.parametrize("on", ["", "gestern", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_today(cast: Cast, on: str) -> None:
    assert shown(at_desk(cast.clerk), on=on).context["span"].chosen == today()


def test_an_empty_month_says_what_to_do(cast: Cast) -> None:
    assert "发布任务" in shown(at_desk(cast.clerk)).content.decode()
    assert "看全部任务" in shown(at_desk(user_of(cast.li)), "my_calendar").content.decode()
