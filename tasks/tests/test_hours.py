"""Hours are true: no longer than the task lasts, no task in the past, long spans in sessions."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from flags.models import FlagEntry, Policy
from tasks.claiming.rules import OverlapsInTime
from tasks.models import Claim, Task
from tasks.models.sessions import longest_service
from tasks.publishing import publishing
from tasks.publishing.rules import TooLate, TooLong
from tasks.rules import TooManyMinutes
from tasks.tests.desk import at_desk, ended_task, make_item, terms
from tasks.tests.offers import DAY, HOUR, make_offer, take
from tasks.verifying.verifying import Decision, verify
from xianfeng.lib.times import local_year
from xianfeng.testing.cast import Cast

MONTH = 31 * DAY


def create(cast: Cast, *, publish_now: bool = True, **changes: Any) -> Task:
    values = terms(**changes)
    return publishing.create(
        by=cast.clerk, publisher=cast.community, item=make_item(), audience=[cast.community],
        publish_now=publish_now, **values,
    )  # fmt: skip


def lasting(length: dt.timedelta, **changes: Any) -> dict[str, Any]:
    start = terms()["starts_at"]
    return {"starts_at": start, "ends_at": start + length, **changes}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (lasting(2 * HOUR, minutes=121), TooManyMinutes),
        (lasting(MONTH, minutes=44_640), TooLong),
        (lasting(MONTH, minutes=44_640, sessions=31), TooLong),
        (lasting(12 * HOUR + dt.timedelta(minutes=1), minutes=60), TooLong),
        (lasting(2 * DAY + 2 * HOUR, minutes=361, sessions=3), TooManyMinutes),
        (lasting(2 * DAY, minutes=60, sessions=3), TooLong),
        (lasting(2 * HOUR, minutes=60, sessions=0), TooLong),
        (lasting(40 * DAY + HOUR, minutes=60, sessions=41), TooLong),
    ],
)
def test_a_task_offers_no_more_than_it_lasts(cast: Cast, changes: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        create(cast, **changes)
    assert not Task.objects.exists()


def test_hours_of_several_days_are_the_sum_of_their_sessions(cast: Cast) -> None:
    assert longest_service(create(cast, **lasting(2 * DAY + 2 * HOUR, minutes=360, sessions=3))) == 360


def test_a_night_shift_of_three_days_has_three_sessions() -> None:
    start = terms()["starts_at"]
    assert longest_service(Task(starts_at=start, ends_at=start + 2 * DAY + 4 * HOUR, sessions=3)) == 720


def test_twelve_hours_need_no_sessions(cast: Cast) -> None:
    assert create(cast, **lasting(12 * HOUR, minutes=720)).is_published


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 121}, {"sessions": 0}, {"sessions": 2}, {"ends_at": timezone.now() + MONTH},
        {"minutes": 44_640, "ends_at": timezone.now() + MONTH, "sessions": 28},
    ],
)  # fmt: skip
def test_the_database_holds_the_bounds_too(cast: Cast, wrong: dict[str, Any]) -> None:
    task = make_offer(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**wrong)
    assert Task.objects.filter(pk=task.pk).update(minutes=120) == 1


def test_what_has_begun_is_not_published(cast: Cast) -> None:
    start = timezone.now() - HOUR
    times = {"starts_at": start, "ends_at": start + 3 * HOUR, "signup_closes_at": start + 2 * HOUR}
    task = create(cast, publish_now=False, signup_opens_at=start - DAY, **times)
    with pytest.raises(TooLate, match="补记"):
        publishing.publish(task, by=cast.clerk)
    task.refresh_from_db()
    assert task.is_draft


def test_an_open_task_is_not_moved_into_the_past(cast: Cast) -> None:
    task = create(cast)
    past = timezone.now() - HOUR
    with pytest.raises(TooLate):
        publishing.edit(task, by=cast.clerk, starts_at=past, ends_at=past + 2 * HOUR, signup_closes_at=past)
    publishing.edit(task, by=cast.clerk, text="带手套")


def test_a_blank_length_is_the_catalogue_s_within_the_span(cast: Cast) -> None:
    for days, hours, minutes in ((1, 1, 60), (1, 5, 120), (3, 1, 180), (3, 5, 360)):
        start = terms()["starts_at"].replace(second=0)
        data = {
            **terms(starts_at=f"{start:%Y-%m-%dT%H:%M}", minutes="", sessions=days, signup_closes_at=""),
            "ends_at": f"{start + (days - 1) * DAY + hours * HOUR:%Y-%m-%dT%H:%M}", "signup_opens_at": "",
            "item": make_item(f"I{days}{hours}").pk, "reach": "own", "action": "publish",
        }  # fmt: skip
        at_desk(cast.clerk).post(reverse("tasks:new"), data)
        assert Task.objects.latest("pk").minutes == minutes


def decide(cast: Cast, grade: str, minutes: int) -> int:
    task = ended_task(cast, cast.li)
    Policy.objects.create(year=local_year(task.starts_at), bonus_minutes_excellent=12)
    task.claims.update(presence=Claim.Presence.PRESENT)
    verify(task, [Decision(task.claims.get().pk, grade, minutes, 1)], by=cast.clerk)
    return FlagEntry.objects.get().minutes


@pytest.mark.parametrize(("grade", "minutes"), [("good", 120), ("excellent", 132)])
def test_a_decision_gives_the_span_and_the_grade_s_bonus(cast: Cast, grade: str, minutes: int) -> None:
    assert decide(cast, grade, minutes) == minutes


@pytest.mark.parametrize(("grade", "minutes"), [("good", 121), ("fair", 132), ("excellent", 133)])
def test_a_decision_gives_no_minute_more(cast: Cast, grade: str, minutes: int) -> None:
    with pytest.raises(TooManyMinutes, match="李建国"):
        decide(cast, grade, minutes)
    assert not FlagEntry.objects.exists()


def test_between_two_sessions_one_is_free_for_another_task(cast: Cast) -> None:
    long = make_offer(cast, starts_in=3 * DAY, lasts=2 * DAY + 2 * HOUR, sessions=3)
    take(long, cast.li)
    take(make_offer(cast, starts_in=4 * DAY + 3 * HOUR), cast.li)
    with pytest.raises(OverlapsInTime):
        take(make_offer(cast, starts_in=5 * DAY + HOUR), cast.li)
