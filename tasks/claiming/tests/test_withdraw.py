"""Giving a place back: until when, with what reason, and what it leaves."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from flags.models import Policy
from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import NotOwnClaim, NotWithdrawable
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.refusal import ReasonNeeded, Refusal
from xianfeng.lib.times import at, format_moment, local_year
from xianfeng.testing.cast import Cast

NOON = at(dt.date(2026, 6, 10), 12)
EARLY = NOON - 3 * DAY


@pytest.fixture
def place(cast: Cast) -> Claim:
    """李建国's place on a task that starts at NOON."""
    return take(make_offer(cast, starts_at=NOON, signup_opens_at=EARLY), cast.li, EARLY)


def counted(task: Task) -> tuple[int, int]:
    task.refresh_from_db()
    return task.places_taken, Claim.objects.holding().filter(task=task).count()


def test_withdrawal_frees_the_place_and_leaves_an_event(cast: Cast, place: Claim) -> None:
    withdraw(place, by=user_of(cast.li), now=EARLY + HOUR)
    assert counted(place.task) == (0, 0)
    event = place.events.last()
    assert event is not None
    assert (event.from_state, event.to_state, event.by, event.note) == (
        "claimed",
        "withdrawn",
        cast.li.user,
        "",
    )


def test_the_publisher_is_told_of_each_late_withdrawal_and_of_no_early_one(cast: Cast, place: Claim) -> None:
    withdraw(place, by=user_of(cast.li), now=EARLY + HOUR)
    assert not Notice.objects.exists()
    for reason in ("孩子发烧", "单位加班"):
        again = take(place.task, cast.li, EARLY + 2 * HOUR)
        withdraw(again, by=user_of(cast.li), reason=reason, now=NOON - 5 * HOUR)
    told = Notice.objects.filter(kind="late_withdrawal").values_list("recipient__username", "body")
    assert {user for user, _body in told} == {"secretary", "clerk"} and len(told) == 4
    assert {"孩子发烧" in body for _user, body in told} == {True, False}


def test_the_freed_place_goes_to_somebody_else(cast: Cast) -> None:
    task = make_offer(cast, capacity=1)
    mine = take(task, cast.li)
    with pytest.raises(Refusal):
        take(task, cast.wang)
    withdraw(mine, by=user_of(cast.li))
    take(task, cast.wang)
    assert counted(task) == (1, 1)


def test_late_withdrawal_needs_a_reason(cast: Cast, place: Claim) -> None:
    late = NOON - 24 * HOUR
    with pytest.raises(ReasonNeeded) as refused:
        withdraw(place, by=user_of(cast.li), reason="  ", now=late)
    assert "24 小时" in refused.value.message
    assert counted(place.task) == (1, 1)
    withdraw(place, by=user_of(cast.li), reason=" 临时加班 ", now=late)
    assert counted(place.task) == (0, 0)
    assert place.events.filter(note="临时加班").count() == 1


def move_to(task: Task, start: dt.datetime, now: dt.datetime) -> None:
    task = Task.objects.get(pk=task.pk)
    publishing.edit(
        task, by=task.created_by, now=now, clashes_seen=True, starts_at=start, ends_at=start + 2 * HOUR,
        signup_closes_at=start,
    )  # fmt: skip


def test_who_leaves_because_the_time_changed_owes_no_reason_and_is_not_late(cast: Cast, place: Claim) -> None:
    changed = NOON - 60 * HOUR
    move_to(place.task, NOON - 30 * HOUR, changed)
    withdraw(place, by=user_of(cast.li), now=changed + 24 * HOUR)
    assert counted(place.task) == (0, 0)
    assert [event.note for event in place.events.all()][-1] == "任务改了时间"
    told = Notice.objects.filter(kind="late_withdrawal").values_list("subject", flat=True)
    assert len(told) == 2 and all("因改时间" in subject for subject in told)


def test_the_excuse_ends_as_many_hours_after_the_change(cast: Cast, place: Claim) -> None:
    changed = NOON - 60 * HOUR
    move_to(place.task, NOON - 30 * HOUR, changed)
    with pytest.raises(ReasonNeeded):
        withdraw(place, by=user_of(cast.li), now=changed + 24 * HOUR + dt.timedelta(microseconds=1))


def test_who_took_the_place_at_the_new_time_has_no_excuse(cast: Cast, place: Claim) -> None:
    withdraw(place, by=user_of(cast.li), now=EARLY)
    move_to(place.task, NOON + HOUR, NOON - 10 * HOUR)
    again = take(place.task, cast.li, NOON - 9 * HOUR)
    with pytest.raises(ReasonNeeded):
        withdraw(again, by=user_of(cast.li), now=NOON - 8 * HOUR)


def test_of_two_tasks_put_over_each_other_either_is_given_back_freely(cast: Cast, place: Claim) -> None:
    other = take(make_offer(cast, starts_at=NOON + 5 * HOUR, signup_opens_at=EARLY), cast.li, EARLY)
    move_to(place.task, NOON + 4 * HOUR, NOON - 10 * HOUR)
    withdraw(other, by=user_of(cast.li), now=NOON - 5 * HOUR)
    assert counted(other.task) == (0, 0)


def test_a_change_of_something_else_is_no_excuse(cast: Cast, place: Claim) -> None:
    publishing.edit(place.task, by=cast.clerk, now=NOON - 11 * HOUR, place="新村活动室")
    with pytest.raises(ReasonNeeded):
        withdraw(place, by=user_of(cast.li), now=NOON - 10 * HOUR)


def test_the_page_says_until_when_and_asks_no_reason(client: Client, cast: Cast) -> None:
    place = take(make_offer(cast, starts_in=10 * HOUR), cast.li)
    client.force_login(user_of(cast.li))
    url = reverse("tasks:my_claim", args=[place.pk])
    assert 'name="reason"' in client.get(url).content.decode()
    start = timezone.now() + 5 * HOUR
    move_to(place.task, start, timezone.now())
    page = client.get(url).content.decode()
    assert 'name="reason"' not in page
    assert f"{format_moment(start)}前退出不用写原因" in page


def test_a_reason_longer_than_the_history_holds_is_refused(cast: Cast, place: Claim) -> None:
    for now in (EARLY + HOUR, NOON - HOUR):
        with pytest.raises(ReasonNeeded, match="最多 300 字"):
            withdraw(place, by=user_of(cast.li), reason="忙" * 301, now=now)
    assert counted(place.task) == (1, 1)


def test_just_before_the_deadline_no_reason_is_asked(cast: Cast, place: Claim) -> None:
    withdraw(place, by=user_of(cast.li), now=NOON - 24 * HOUR - dt.timedelta(microseconds=1))
    assert counted(place.task) == (0, 0)


def test_the_deadline_follows_the_policy(cast: Cast, place: Claim) -> None:
    Policy.objects.create(year=local_year(NOON), withdraw_hours=2)
    withdraw(place, by=user_of(cast.li), now=NOON - 3 * HOUR)
    assert counted(place.task) == (0, 0)


def test_after_the_start_nothing_is_given_back_but_somebody_called(cast: Cast, place: Claim) -> None:
    with pytest.raises(NotWithdrawable, match="联系负责人"):
        withdraw(place, by=user_of(cast.li), reason="临时加班", now=NOON)
    assert counted(place.task) == (1, 1)


def test_twice_frees_one_place_only(cast: Cast, place: Claim) -> None:
    Task.objects.filter(pk=place.task_id).update(places_taken=1)
    withdraw(Claim.objects.get(), by=user_of(cast.li), now=EARLY)
    with pytest.raises(NotWithdrawable):
        withdraw(place, by=user_of(cast.li), now=EARLY)
    assert counted(place.task) == (0, 0)


@pytest.mark.parametrize("state", ["withdrawn", "freed", "verified", "denied", "no_show"])
def test_only_an_open_place_is_given_back(cast: Cast, place: Claim, state: str) -> None:
    Claim.objects.update(state=state)
    with pytest.raises(NotWithdrawable):
        withdraw(place, by=user_of(cast.li), now=EARLY)
    place.task.refresh_from_db()
    assert place.task.places_taken == 1


def test_nobody_gives_back_the_place_of_somebody_else(cast: Cast, place: Claim) -> None:
    with pytest.raises(NotOwnClaim):
        withdraw(place, by=cast.secretary, now=EARLY)
    assert counted(place.task) == (1, 1)


def test_the_way_back_is_shown_as_long_as_it_is_open(client: Client, cast: Cast) -> None:
    place = take(make_offer(cast), cast.li)
    withdraw(place, by=user_of(cast.li))
    client.force_login(user_of(cast.li))
    url, offer = reverse("tasks:my_claim", args=[place.pk]), reverse("tasks:offer", args=[place.task_id])
    assert offer in client.get(url).content.decode()
    Task.objects.update(state=Task.State.SETTLED)
    page = client.get(url).content.decode()
    assert client.get(offer).status_code == 404
    assert offer not in page and "重新接单" not in page and "原因" in page


def test_a_task_cancelled_meanwhile_keeps_its_figures(cast: Cast, place: Claim) -> None:
    Task.objects.update(state=Task.State.CANCELLED)
    with pytest.raises(NotWithdrawable):
        withdraw(place, by=user_of(cast.li), now=min(EARLY, timezone.now()))
    assert counted(place.task) == (1, 1)
