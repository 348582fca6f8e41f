"""A place that comes free goes to the next in line: who is offered it, and what they answer."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.leaving import carrying, recording
from members.merging import merging
from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import NotOwnClaim, Refusal
from tasks.claiming.waiting import sweeping, waiting
from tasks.claiming.waiting.tests.lines import check_books, full_task, join, place_of, state_of
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from wishes.models import Wish
from xianfeng.lib.times import at, today
from xianfeng.testing.cast import Cast, make_member

NOON = at(dt.date(2026, 6, 10), 12)
OPENED = NOON - 9 * DAY
EARLY = NOON - 8 * DAY


@pytest.fixture
def task(cast: Cast) -> Task:
    """Full with 李建国; 王秀英 waits, then 赵伟. It starts at NOON."""
    task = make_offer(
        cast, capacity=1, audience=[cast.city], starts_at=NOON, signup_opens_at=OPENED, signup_closes_at=NOON
    )
    take(task, cast.li, EARLY)
    join(task, cast.wang, EARLY + HOUR)
    join(task, cast.zhao, EARLY + 2 * HOUR)
    return task


def give_back(task: Task, cast: Cast, now: dt.datetime = EARLY + 3 * HOUR, reason: str = "") -> None:
    withdraw(place_of(task, cast.li), by=user_of(cast.li), now=now, reason=reason)


def states(task: Task, cast: Cast) -> list[str]:
    check_books(task)
    return [state_of(task, member) for member in (cast.li, cast.wang, cast.zhao)]


def told(cast: Cast, name: str) -> list[str]:
    member = getattr(cast, name)
    found = Notice.objects.filter(kind="waiting_list", recipient=member.user).order_by("pk")
    return list(found.values_list("subject", flat=True))


def test_the_first_in_line_is_offered_the_place_and_told(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    assert states(task, cast) == ["withdrawn", "offered", "waiting"]
    mine = place_of(task, cast.wang)
    assert mine.offered_until == EARLY + 3 * HOUR + DAY
    assert told(cast, "wang") == ["候补轮到您了，请确认：周末清洁楼道"] and not told(cast, "zhao")
    event = mine.events.latest("id")
    assert (event.from_state, event.to_state, event.by) == ("waiting", "offered", None)


def test_while_it_is_offered_nobody_else_gets_it(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    with pytest.raises(Refusal) as refusal:
        take(task, cast.li, EARLY + 4 * HOUR)
    assert refusal.value.code == "full"


def test_yes_takes_the_place(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang), now=EARLY + 4 * HOUR)
    assert states(task, cast) == ["withdrawn", "claimed", "waiting"]
    assert place_of(task, cast.wang).claimed_at == EARLY + 4 * HOUR


def test_no_passes_it_on_at_no_cost(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    waiting.decline(place_of(task, cast.wang), by=user_of(cast.wang), now=EARLY + 4 * HOUR)
    assert states(task, cast) == ["withdrawn", "declined", "offered"]
    waiting.decline(place_of(task, cast.zhao), by=user_of(cast.zhao), now=EARLY + 5 * HOUR)
    assert states(task, cast) == ["withdrawn", "declined", "declined"]
    take(task, cast.wang, EARLY + 6 * HOUR)
    assert states(task, cast)[1] == "claimed"


def test_silence_passes_it_on_and_may_wait_anew_at_the_end(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    until = place_of(task, cast.wang).offered_until
    assert until
    assert sweeping.sweep(until - dt.timedelta(seconds=1)) == 0
    assert sweeping.sweep(until) == 1 and sweeping.sweep(until) == 0
    assert states(task, cast) == ["withdrawn", "expired", "offered"]
    assert told(cast, "wang")[-1] == "没有按时确认，名额已转出：周末清洁楼道"
    assert join(task, cast.wang, until + HOUR).is_waiting


def test_a_late_yes_is_no_yes_though_the_clock_has_not_come_round(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    mine = place_of(task, cast.wang)
    with pytest.raises(Refusal) as refusal:
        waiting.accept(mine, by=user_of(cast.wang), now=mine.offered_until)
    assert refusal.value.code == "offer_over"
    assert states(task, cast)[1] == "offered"


def test_twice_yes_or_yes_and_no_is_one_answer(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    mine = place_of(task, cast.wang)
    waiting.accept(mine, by=user_of(cast.wang), now=EARLY + 4 * HOUR)
    for act in (waiting.accept, waiting.decline):
        with pytest.raises(Refusal) as refusal:
            act(mine, by=user_of(cast.wang), now=EARLY + 4 * HOUR)
        assert refusal.value.code == "not_offered"
    assert states(task, cast)[1] == "claimed"


def test_nobody_answers_for_somebody_else(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    for act in (waiting.accept, waiting.decline):
        with pytest.raises(NotOwnClaim):
            act(place_of(task, cast.wang), by=user_of(cast.zhao), now=EARLY + 4 * HOUR)
    assert states(task, cast)[1] == "offered"


def test_who_cannot_come_is_passed_over_and_keeps_the_rank(cast: Cast, task: Task) -> None:
    other = take(make_offer(cast, starts_at=NOON, signup_opens_at=OPENED), cast.wang, EARLY + 2 * HOUR)
    give_back(task, cast)
    assert states(task, cast) == ["withdrawn", "waiting", "offered"]
    withdraw(other, by=user_of(cast.wang), now=EARLY + 4 * HOUR)
    waiting.decline(place_of(task, cast.zhao), by=user_of(cast.zhao), now=EARLY + 5 * HOUR)
    assert states(task, cast)[1] == "offered"


def test_where_nobody_can_come_it_lies_open_until_somebody_can(cast: Cast, task: Task) -> None:
    waiting.leave(place_of(task, cast.zhao), by=user_of(cast.zhao), now=EARLY + 3 * HOUR)
    other = take(make_offer(cast, starts_at=NOON, signup_opens_at=OPENED), cast.wang, EARLY + 2 * HOUR)
    give_back(task, cast)
    assert states(task, cast)[1] == "waiting" and task.places_taken == 0
    withdraw(other, by=user_of(cast.wang), now=EARLY + 4 * HOUR)
    assert sweeping.sweep(EARLY + 5 * HOUR) == 1
    assert states(task, cast)[1] == "offered"


def test_what_bars_a_claim_bars_the_yes_and_the_offer_stands(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    other = take(make_offer(cast, starts_at=NOON, signup_opens_at=OPENED), cast.wang, EARLY + 4 * HOUR)
    with pytest.raises(Refusal) as refusal:
        waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang), now=EARLY + 4 * HOUR)
    assert refusal.value.code == "overlap" and states(task, cast)[1] == "offered"
    withdraw(other, by=user_of(cast.wang), now=EARLY + 5 * HOUR)
    waiting.accept(place_of(task, cast.wang), by=user_of(cast.wang), now=EARLY + 5 * HOUR)
    assert states(task, cast)[1] == "claimed"


def test_shortly_before_the_end_it_is_open_and_all_who_wait_are_told(cast: Cast, task: Task) -> None:
    give_back(task, cast, NOON - 6 * HOUR, reason="发烧")
    assert states(task, cast) == ["withdrawn", "waiting", "waiting"]
    for name in ("wang", "zhao"):
        assert told(cast, name) == ["有名额了，先到先得：周末清洁楼道"]
    sweeping.sweep(NOON - 5 * HOUR)
    assert len(told(cast, "wang")) == 1
    take(task, cast.zhao, NOON - 5 * HOUR)
    withdraw(place_of(task, cast.zhao), by=user_of(cast.zhao), now=NOON - 4 * HOUR, reason="加班")
    assert len(told(cast, "wang")) == 2  # of each place anew


def test_with_the_end_of_sign_up_lists_and_offers_end(cast: Cast, task: Task) -> None:
    give_back(task, cast)
    Task.objects.update(signup_closes_at=NOON - DAY)
    sweeping.sweep(NOON - DAY)
    assert states(task, cast) == ["withdrawn", "expired", "expired"] and task.places_taken == 0
    assert told(cast, "zhao") == ["候补结束，没有轮到：周末清洁楼道"]
    assert place_of(task, cast.zhao).events.latest("id").note == "接单已截止，没有轮到"
    assert sweeping.sweep(NOON) == 0


def test_more_places_are_offered_at_once_in_order(cast: Cast, task: Task) -> None:
    publishing.edit(task, by=cast.clerk, now=EARLY + 3 * HOUR, capacity=3)
    assert states(task, cast) == ["claimed", "offered", "offered"]


def test_fewer_places_than_are_held_or_offered_are_refused(cast: Cast, task: Task) -> None:
    publishing.edit(task, by=cast.clerk, now=EARLY + 3 * HOUR, capacity=2)
    with pytest.raises(Refusal) as refusal:
        publishing.edit(task, by=cast.clerk, now=EARLY + 3 * HOUR, capacity=1)
    assert refusal.value.code == "capacity_too_small"


def test_cancelling_frees_all_and_tells_each_what_it_was(cast: Cast, task: Task) -> None:
    publishing.edit(task, by=cast.clerk, now=EARLY + 3 * HOUR, capacity=2)
    publishing.cancel(task, reason="下雨", by=cast.clerk, now=EARLY + 4 * HOUR)
    assert states(task, cast) == ["freed"] * 3 and task.places_taken == 0
    bodies = dict(Notice.objects.filter(kind="task_cancelled").values_list("recipient__member__name", "body"))
    assert "名额已释放" in bodies["李建国"] and "候补随之结束" in bodies["赵伟"]


def test_another_time_is_told_to_those_who_wait_too(cast: Cast, task: Task) -> None:
    start = NOON + DAY
    publishing.edit(
        task, by=cast.clerk, now=EARLY + 3 * HOUR, starts_at=start, ends_at=start + HOUR * 2,
        signup_closes_at=start,
    )  # fmt: skip
    assert Notice.objects.filter(kind="task_changed").count() == 3


def test_who_leaves_the_roster_leaves_line_and_place_and_the_next_is_offered_it(cast: Cast) -> None:
    task = full_task(cast, cast.li, starts_in=5 * DAY)
    join(task, cast.wang)
    join(task, cast.zhao)
    for member, clerk in ((cast.wang, cast.other_unit_clerk), (cast.li, cast.unit_clerk)):
        recording.leave(member, kind="retired", day=today() - DAY, by=clerk)
    carrying.carry_due()
    assert states(task, cast) == ["withdrawn", "withdrawn", "offered"]
    names = Notice.objects.filter(kind="place_back", recipient=cast.secretary).values_list(
        "subject", flat=True
    )
    assert [name.split()[0] for name in names] == ["李建国"]  # a rank is no place that comes back


@pytest.mark.parametrize(
    ("kept", "gone", "result", "taken"),
    [
        ("claimed", "offered", "claimed", 1),
        ("claimed", "waiting", "claimed", 1),
        ("offered", "claimed", "claimed", 1),
        ("waiting", "claimed", "claimed", 1),
        ("waiting", "offered", "offered", 1),
        ("offered", "offered", "offered", 1),
        ("waiting", "waiting", "waiting", 0),
        ("declined", "offered", "offered", 1),
        ("expired", "waiting", "waiting", 0),
    ],
)
def test_of_two_records_on_one_task_the_person_keeps_what_says_more(
    cast: Cast, kept: str, gone: str, result: str, taken: int
) -> None:
    double = make_member("李建国", "13900000021", cast.unit, cast.estate)
    task, now = make_offer(cast), timezone.now()
    rows = [
        Claim(task=task, member=member, state=state, waiting_since=now - back * HOUR, offered_until=now + DAY)
        for member, state, back in ((cast.li, kept, 1), (double, gone, 2))
    ]
    Claim.objects.bulk_create(rows)
    Task.objects.update(places_taken=Claim.objects.holding().count())
    merging.merge(cast.li, double, reason="本人确认", by=cast.city_officer)
    task.refresh_from_db()
    assert (state_of(task, cast.li), state_of(task, double)) == (result, "withdrawn")
    assert task.places_taken == taken == Claim.objects.holding().count()
    if (kept, gone) == ("waiting", "waiting"):
        assert place_of(task, cast.li).waiting_since == now - 2 * HOUR


def test_a_place_that_a_merge_leaves_over_goes_to_the_next(cast: Cast) -> None:
    double = make_member("李建国", "13900000021", cast.unit, cast.estate)
    task = full_task(cast, cast.li, double)
    join(task, cast.wang)
    merging.merge(cast.li, double, reason="本人确认", by=cast.city_officer)
    assert state_of(task, cast.wang) == "offered"
    check_books(task)


def test_an_offer_gives_no_look_at_the_resident(client: Client, cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="想请人修楼道灯", contact_name="钱奶奶")
    task = full_task(cast, cast.li, wish=wish, kind=Task.Kind.WISH)
    join(task, cast.wang)
    withdraw(place_of(task, cast.li), by=user_of(cast.li))
    mine = place_of(task, cast.wang)
    client.force_login(user_of(cast.wang))
    client.post(reverse("tasks:open_brief", args=[mine.pk]))
    page = client.get(reverse("tasks:my_claim", args=[mine.pk])).content.decode()
    assert "钱奶奶" not in page and "有一个名额为您留着" in page


def test_the_first_page_asks_for_the_answer_and_takes_it(client: Client, cast: Cast) -> None:
    task = full_task(cast, cast.li, starts_in=5 * DAY)
    join(task, cast.wang)
    withdraw(place_of(task, cast.li), by=user_of(cast.li))
    mine = place_of(task, cast.wang)
    client.force_login(user_of(cast.wang))
    home, accept = reverse("reports:me"), reverse("tasks:accept", args=[mine.pk])
    page = client.get(home).content.decode()
    assert page.index("有一个名额等您确认") < page.index("我接的任务") and accept in page
    assert reverse("tasks:decline", args=[mine.pk]) in page
    assert "接单成功" in client.post(accept, follow=True).content.decode()
    assert "有一个名额等您确认" not in client.get(home).content.decode()
    assert "没有等您确认的名额" in client.post(accept, follow=True).content.decode()
