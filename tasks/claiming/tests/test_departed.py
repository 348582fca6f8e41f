"""Somebody who leaves the roster: the places go to others, the organiser is told, and no more are taken."""

import datetime as dt

import pytest
from django.utils import timezone

from members.leaving import carrying, recording
from members.models import Member
from notices.models import Notice
from tasks.claiming import claiming
from tasks.claiming.rules import NotRegistered
from tasks.models import Claim, Task
from tasks.tests.desk import ended_task
from tasks.tests.offers import make_offer
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

YESTERDAY = today() - dt.timedelta(days=1)


@pytest.fixture
def offered(cast: Cast) -> Task:
    """李建国 holds a place on it."""
    task = make_offer(cast)
    assert cast.li.user
    claiming.claim(task.pk, cast.li, by=cast.li.user)
    return task


def leave(cast: Cast, day: dt.date) -> None:
    recording.leave(cast.li, kind="retired", day=day, by=cast.unit_clerk)


def test_open_places_go_back_and_the_organiser_is_told_once(cast: Cast, offered: Task) -> None:
    leave(cast, YESTERDAY)
    carrying.carry_due()
    claim = Claim.objects.get(task=offered)
    assert (claim.state, Task.objects.get(pk=offered.pk).places_taken) == (Claim.State.WITHDRAWN, 0)
    assert claim.events.latest("id").note == "已离开名册，名额退回"
    told = Notice.objects.filter(kind="place_back", recipient=cast.secretary)
    assert [notice.subject for notice in told] == [f"李建国 已离开名册，名额退回：{offered.title}"]


def test_nothing_is_given_back_before_the_last_day_is_over(cast: Cast, offered: Task) -> None:
    leave(cast, today())
    carrying.carry_due()
    assert Claim.objects.get(task=offered).is_open
    carrying.carry_due(today() + dt.timedelta(days=1))
    assert Claim.objects.get(task=offered).is_withdrawn


def test_what_was_served_is_still_decided_on(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    leave(cast, YESTERDAY)
    assert task.claims.get().is_open


def test_who_left_is_told_why_no_place_can_be_taken(cast: Cast) -> None:
    leave(cast, YESTERDAY)
    member = Member.objects.select_related("user").get(pk=cast.li.pk)
    assert member.user
    with pytest.raises(NotRegistered, match="您已离开名册"):
        claiming.claim(make_offer(cast).pk, member, by=member.user, now=timezone.now())


def test_who_comes_back_takes_places_again(cast: Cast, offered: Task) -> None:
    leave(cast, YESTERDAY)
    member = Member.objects.select_related("user").get(pk=cast.li.pk)
    recording.rejoin(member, day=today(), by=cast.unit_clerk)
    assert member.user
    assert claiming.claim(offered.pk, member, by=member.user).is_open
