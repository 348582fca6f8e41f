"""Who is told of a place that is taken: the publisher near the start, and the resident whose wish it is."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flags.models import Policy
from members.leaving import carrying
from members.models import Appointment, Member, Organization, User
from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from wishes.models import Wish
from xianfeng.lib.times import at, local_year, today
from xianfeng.testing.cast import TERM_START, Cast, make_member

NOON = at(dt.date(2026, 6, 10), 12)
EARLY = NOON - 3 * DAY


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_offer(cast, starts_at=NOON, signup_opens_at=EARLY, capacity=60)


def told(kind: str) -> list[str]:
    return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("recipient__username", flat=True))


# --- Near the start -----------------------------------------------------------------------------


def test_the_publisher_is_told_of_a_late_claim_and_of_no_early_one(cast: Cast, task: Task) -> None:
    take(task, cast.wang, NOON - 24 * HOUR - dt.timedelta(microseconds=1))
    assert told("late_claim") == []
    take(task, cast.li, NOON - 24 * HOUR)
    assert sorted(told("late_claim")) == ["clerk", "secretary"]
    notice = Notice.objects.filter(kind="late_claim")[0]
    assert "李建国" in notice.body and "2/60" in notice.body
    assert notice.url == f"/desk/tasks/{task.pk}/"


def test_the_window_follows_the_policy_as_that_of_withdrawals_does(cast: Cast, task: Task) -> None:
    Policy.objects.create(year=local_year(NOON), withdraw_hours=2)
    take(task, cast.li, NOON - 3 * HOUR)
    assert told("late_claim") == []
    take(task, cast.wang, NOON - 2 * HOUR)
    assert len(told("late_claim")) == 2


def test_fifty_late_claims_are_one_message_an_hour(cast: Cast, task: Task) -> None:
    crowd = [
        make_member(f"党员{number}", f"139000010{number:02}", cast.unit, cast.estate) for number in range(50)
    ]
    for number, member in enumerate(crowd):
        take(task, member, NOON - 5 * HOUR + number * dt.timedelta(minutes=1))
    assert sorted(told("late_claim")) == ["clerk", "secretary"]
    take(task, cast.li, NOON - 4 * HOUR)
    assert len(told("late_claim")) == 4
    other = make_offer(cast, starts_at=NOON + 3 * HOUR, signup_opens_at=EARLY, title="清洁河道")
    take(other, cast.wang, NOON - 4 * HOUR)
    assert len(told("late_claim")) == 6


def test_a_late_claim_after_the_first_of_its_hour_costs_one_look(cast: Cast, task: Task) -> None:
    def cost(member, task: Task, now: dt.datetime) -> int:
        with CaptureQueriesContext(connection) as queries:
            take(task, member, now)
        return sum("SAVEPOINT" not in query["sql"] for query in queries)

    other = make_offer(cast, starts_at=NOON + 30 * DAY, signup_opens_at=EARLY)
    early = cost(cast.wang, other, EARLY)
    take(task, cast.li, NOON - HOUR)
    assert cost(cast.wang, task, NOON - HOUR) == early + 1


# --- A wish -------------------------------------------------------------------------------------


@pytest.fixture
def for_a_wish(cast: Cast, task: Task) -> Task:
    task.wish = Wish.objects.create(
        organization=cast.estate, need="陪同就医", contact_mobile="13700000009", state=Wish.State.PUBLISHED
    )
    task.save()
    return task


def texts() -> list[tuple[str, str]]:
    return list(Notice.objects.filter(kind="wish_step").order_by("pk").values_list("subject", "body"))


def test_the_resident_learns_that_somebody_comes_and_when_but_not_who(cast: Cast, for_a_wish: Task) -> None:
    take(for_a_wish, cast.li, EARLY)
    take(for_a_wish, cast.wang, EARLY)
    ((subject, body),) = texts()
    assert subject == "心愿有人接单"
    assert "2026年6月10日 周三 12:00–14:00" in body
    assert "李建国" not in body and "李" not in body


def test_only_the_last_who_leaves_is_told_of(cast: Cast, for_a_wish: Task) -> None:
    places = [take(for_a_wish, member, EARLY) for member in (cast.li, cast.wang)]
    withdraw(places[0], by=user_of(cast.li), now=EARLY + HOUR)
    assert len(texts()) == 1
    withdraw(places[1], by=user_of(cast.wang), now=EARLY + HOUR)
    assert [subject for subject, _body in texts()] == ["心愿有人接单", "心愿等人接单"]
    take(for_a_wish, cast.wang, EARLY + 2 * HOUR)
    assert [subject for subject, _body in texts()][2:] == ["心愿有人接单"]


def test_another_time_is_told_to_whom_somebody_was_promised(cast: Cast, for_a_wish: Task) -> None:
    def move(hours: int) -> None:
        start = NOON + hours * HOUR
        times = {"starts_at": start, "ends_at": start + 2 * HOUR}
        publishing.edit(for_a_wish, by=cast.clerk, now=EARLY, **times)  # type: ignore[arg-type]

    Task.objects.filter(pk=for_a_wish.pk).update(signup_closes_at=NOON - HOUR)
    move(1)
    assert texts() == []
    take(for_a_wish, cast.li, EARLY)
    move(2)
    assert "14:00–16:00" in texts()[-1][1]
    publishing.edit(for_a_wish, by=cast.clerk, now=EARLY, place="社区活动室")
    assert [subject for subject, _body in texts()] == ["心愿有人接单", "心愿服务改了时间"]


def test_a_task_without_a_wish_texts_nobody(cast: Cast, task: Task) -> None:
    withdraw(take(task, cast.li, EARLY), by=user_of(cast.li), now=EARLY + HOUR)
    assert texts() == []
    assert Claim.objects.get().state == "withdrawn"


# --- Who is there to be told --------------------------------------------------------------------


def appoint(user: User, organization: Organization) -> None:
    Appointment.objects.create(
        user=user, organization=organization, role=Appointment.Role.CLERK, starts_on=TERM_START
    )


def test_who_acts_for_the_publisher_is_not_told_of_the_own_claim(cast: Cast, task: Task) -> None:
    appoint(user_of(cast.li), cast.community)
    place = take(task, cast.li, NOON - HOUR)
    assert sorted(told("late_claim")) == ["clerk", "secretary"]
    withdraw(place, by=user_of(cast.li), reason="孩子发烧", now=NOON - HOUR)
    assert sorted(told("late_withdrawal")) == ["clerk", "secretary"]


def test_where_nobody_acts_for_the_publisher_the_nearest_above_is_told(
    cast: Cast, task: Task, client: Client
) -> None:
    Task.objects.update(publisher=cast.estate)
    place = take(task, cast.li, NOON - 2 * HOUR)
    Appointment.objects.filter(organization=cast.estate).delete()
    withdraw(place, by=user_of(cast.li), reason="孩子发烧", now=NOON - 2 * HOUR)
    take(task, cast.li, NOON - HOUR)
    assert sorted(told("late_claim")) == ["clerk", "estate", "secretary"]
    assert sorted(told("late_withdrawal")) == ["clerk", "secretary"]
    client.force_login(cast.secretary)
    assert client.get(Notice.objects.filter(kind="late_claim").latest("pk").url).status_code == 200


def test_of_two_who_leave_the_roster_together_the_resident_is_told_once(cast: Cast, for_a_wish: Task) -> None:
    start = timezone.now() + DAY
    Task.objects.update(starts_at=start, ends_at=start + 2 * HOUR, signup_closes_at=start)
    for member in (cast.li, cast.wang):
        take(for_a_wish, member)
    Member.objects.filter(pk__in=[cast.li.pk, cast.wang.pk]).update(departed_on=today() - DAY)
    for _time in range(2):
        carrying.carry_due()
    assert [subject for subject, _body in texts()] == ["心愿有人接单", "心愿等人接单"]
    assert len(told("place_back")) == 4
