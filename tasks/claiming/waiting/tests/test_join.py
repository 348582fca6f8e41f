"""Getting in line for a full task, and out of it."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from flags.models import Policy
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import NotOwnClaim, Refusal
from tasks.claiming.waiting import waiting
from tasks.claiming.waiting.tests.lines import check_books, full_task, join, place_of, state_of
from tasks.models import Claim, ClaimEvent, Task
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import local_year
from xianfeng.testing.cast import Cast


def refused(task: Task, cast: Cast, now: dt.datetime | None = None) -> str:
    with pytest.raises(Refusal) as refusal:
        join(task, cast.wang, now)
    return refusal.value.code


def test_who_waits_holds_no_place_and_leaves_an_event(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    joined = join(task, cast.wang)
    assert joined.state == Claim.State.WAITING and joined.waiting_since
    event = joined.events.get()
    assert (event.from_state, event.to_state, event.by) == ("", "waiting", cast.wang.user)
    check_books(task)


def test_a_free_place_is_taken_and_not_waited_for(cast: Cast) -> None:
    assert refused(make_offer(cast, capacity=1), cast) == "place_is_free"


def test_nobody_is_in_line_twice_or_beside_a_place(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    join(task, cast.wang)
    assert refused(task, cast) == "already_waiting"
    with pytest.raises(Refusal) as refusal:
        join(task, cast.li)
    assert refusal.value.code == "already_claimed"
    assert ClaimEvent.objects.filter(to_state="waiting").count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": Task.State.CANCELLED}, "cancelled"),
        ({"state": Task.State.SETTLED}, "not_published"),
        ({"signup_opens_at": timezone.now() + DAY}, "window_not_open"),
        ({"signup_closes_at": timezone.now() - HOUR}, "window_over"),
    ],
)
def test_what_a_claim_is_refused_for_a_rank_is_too(cast: Cast, change: dict[str, object], code: str) -> None:
    task = full_task(cast, cast.li)
    Task.objects.update(**change)
    assert refused(task, cast) == code


def test_after_the_start_there_is_no_line_though_sign_up_is_open(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    Task.objects.update(signup_closes_at=task.ends_at)
    assert refused(task, cast, task.starts_at) == "window_over"


def test_outside_the_audience_there_is_no_line(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    task.audience.set([cast.other_community])
    assert refused(task, cast) == "not_in_audience"


def test_who_is_elsewhere_at_that_time_does_not_wait(cast: Cast) -> None:
    take(make_offer(cast, starts_in=3 * DAY + HOUR), cast.wang)
    assert refused(full_task(cast, cast.li), cast) == "overlap"


def test_as_many_lines_as_open_places(cast: Cast) -> None:
    Policy.objects.create(year=local_year(timezone.now()), open_claims=2, places_per_week=0)
    tasks = [full_task(cast, cast.li, starts_in=days * DAY) for days in (3, 4)]
    for task in tasks:
        join(task, cast.wang)
    Policy.objects.update(open_claims=3)
    take(extra := make_offer(cast, starts_in=5 * DAY, capacity=1), cast.li)
    Policy.objects.update(open_claims=2)
    assert refused(extra, cast) == "waiting_limit"


def test_a_place_given_back_waits_on_the_same_claim(cast: Cast) -> None:
    task = full_task(cast, cast.li, cast.wang)
    mine = place_of(task, cast.wang)
    withdraw(mine, by=user_of(cast.wang))
    take(task, cast.zhao)
    assert join(task, cast.wang).pk == mine.pk
    check_books(task)


def test_who_waits_takes_a_place_that_lies_open(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    waits = join(task, cast.wang)
    Task.objects.update(capacity=2)  # as where nobody in line could take it
    assert take(task, cast.wang).pk == waits.pk
    assert state_of(task, cast.wang) == "claimed"
    check_books(task)


def test_out_of_the_line_and_in_again_at_its_end(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    join(task, cast.wang)
    join(task, cast.zhao)
    waiting.leave(place_of(task, cast.wang), by=user_of(cast.wang))
    assert state_of(task, cast.wang) == "withdrawn"
    with pytest.raises(Refusal):
        waiting.leave(place_of(task, cast.wang), by=user_of(cast.wang))
    join(task, cast.wang)
    line = [(claim.member, claim.in_front) for claim in Claim.objects.in_line().with_rank()]
    assert line == [(cast.zhao, 0), (cast.wang, 1)]


def test_nobody_leaves_for_somebody_else(cast: Cast) -> None:
    task = full_task(cast, cast.li)
    with pytest.raises(NotOwnClaim):
        waiting.leave(join(task, cast.wang), by=user_of(cast.zhao))
    assert state_of(task, cast.wang) == "waiting"


@pytest.mark.parametrize("again", [False, True])
def test_a_rank_costs_no_statement_more_than_a_place(cast: Cast, again: bool) -> None:
    task, free = full_task(cast, cast.li), make_offer(cast, starts_in=9 * DAY)
    if again:
        waiting.leave(join(task, cast.wang), by=user_of(cast.wang))
        withdraw(take(free, cast.wang), by=user_of(cast.wang))
    with CaptureQueriesContext(connection) as joining:
        waiting.join(task.pk, by=user_of(cast.wang))
    with CaptureQueriesContext(connection) as claiming:
        take(free, cast.wang)
    assert len(joining) <= len(claiming)


def test_the_pages_lead_into_the_line_and_out_of_it(client: Client, cast: Cast) -> None:
    task = full_task(cast, cast.li)
    join(task, cast.zhao)
    client.force_login(user_of(cast.wang))
    offer = reverse("tasks:offer", args=[task.pk])
    assert "排队候补（前面 1 人）" in client.get(offer).content.decode()
    page = client.post(reverse("tasks:wait", args=[task.pk]), follow=True).content.decode()
    assert "候补第 2 位，共 2 人候补" in page
    assert "第 2 位" in client.get(reverse("tasks:my_claims")).content.decode()
    assert "候补中" in client.get(reverse("tasks:browse")).content.decode()
    again = client.post(reverse("tasks:wait", args=[task.pk]), follow=True)
    assert not list(again.context["messages"])  # the second tap gets the page of the first
    mine = place_of(task, cast.wang)
    left = client.post(reverse("tasks:leave_line", args=[mine.pk]), follow=True).content.decode()
    assert "已退出候补" in left


def test_of_a_full_task_the_page_says_what_keeps_one_from_the_line(client: Client, cast: Cast) -> None:
    take(make_offer(cast, starts_in=3 * DAY + HOUR), cast.wang)
    task = full_task(cast, cast.li)
    client.force_login(user_of(cast.wang))
    page = client.get(reverse("tasks:offer", args=[task.pk])).content.decode()
    assert 'aria-describedby="wait-not"' in page and "时间重叠" in page


def test_the_desk_sees_the_line_in_order_after_the_places(client: Client, cast: Cast) -> None:
    task = full_task(cast, cast.li)
    for member in (cast.zhao, cast.wang):
        join(task, member)
    client.force_login(cast.secretary)
    url = reverse("tasks:detail", args=[task.pk])
    page = client.get(url).content.decode()
    assert page.index("李建国") < page.index("赵伟") < page.index("王秀英")
    line = client.get(url, {"of": "pending"}).content.decode()
    assert "赵伟" in line and "第 1 位" in line and "李建国" not in line
