"""Claiming: what is refused and why, and what a granted place leaves behind."""

import datetime as dt
from dataclasses import fields
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flags.models import Policy
from members.models import Member
from tasks.claiming.claiming import claim, read_offer, withdraw
from tasks.claiming.rules import Limits, NotOwnClaim, NotRegistered, Refusal, claim_obstacle, fullest_week
from tasks.models import Claim, Task, Verification
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import at, local_year
from xianfeng.testing.cast import Cast

NOON = at(dt.date(2026, 6, 10), 12)


def set_limits(now: dt.datetime | None = None, **limits: int) -> None:
    Policy.objects.update_or_create(year=local_year(now or timezone.now()), defaults=limits)


def refusal_of(task: Task, member: Member, now: dt.datetime | None = None) -> str:
    """The code the button shows; the action must refuse with the same message and change nothing."""
    moment = now or timezone.now()
    shown = claim_obstacle(task, member, moment)
    before = list(Claim.objects.values_list("pk", "state")), task.places_taken
    try:
        take(task, member, moment)
    except Refusal as refused:
        assert shown is not None and (shown.code, shown.message) == (refused.code, refused.message)
        task.refresh_from_db()
        assert (list(Claim.objects.values_list("pk", "state")), task.places_taken) == before
        return refused.code
    assert shown is None
    return ""


def hold(member: Member, task: Task, **fields: Any) -> Claim:
    """A place in the given state, put there without asking the rules."""
    Task.objects.filter(pk=task.pk).update(places_taken=task.places_taken + 1)
    return Claim.objects.create(member=member, task=task, **fields)


def test_a_claim_takes_a_place_and_leaves_an_event(cast: Cast) -> None:
    task = make_offer(cast)
    place = take(task, cast.li)
    task.refresh_from_db()
    assert task.places_taken == 1
    stored = Claim.objects.get()
    assert (stored.pk, stored.member, stored.state) == (place.pk, cast.li, Claim.State.CLAIMED)
    event = stored.events.get()
    assert (event.from_state, event.to_state, event.by) == ("", "claimed", cast.li.user)


def test_nobody_claims_for_somebody_else(cast: Cast) -> None:
    task = make_offer(cast)
    with pytest.raises(NotOwnClaim):
        claim(task.pk, cast.li, by=cast.secretary)
    assert not Claim.objects.exists()


@pytest.mark.parametrize("state", ["listed", "pending", "departed"])
def test_only_registered_members_claim(cast: Cast, state: str) -> None:
    cast.li.state = state
    cast.li.save(update_fields=["state"])
    assert refusal_of(make_offer(cast), cast.li) == "not_registered"


def test_a_registration_lost_since_the_page_was_read_counts(cast: Cast) -> None:
    task = make_offer(cast)
    Member.objects.filter(pk=cast.li.pk).update(state=Member.State.DEPARTED)
    assert cast.li.is_registered
    with pytest.raises(Refusal) as refused:
        take(task, cast.li)
    assert refused.value.code == "not_registered"


def test_audience_reaches_everybody_below_it_and_nobody_else(cast: Cast) -> None:
    assert refusal_of(make_offer(cast), cast.zhao) == "not_in_audience"
    assert refusal_of(make_offer(cast, audience=[cast.second_estate]), cast.li) == "not_in_audience"
    assert refusal_of(make_offer(cast, audience=[cast.other_unit]), cast.li) == "not_in_audience"
    for number, reached in enumerate([cast.city, cast.street, cast.community, cast.estate, cast.unit]):
        assert (
            refusal_of(make_offer(cast, starts_in=(10 + 10 * number) * DAY, audience=[reached]), cast.li)
            == ""
        )


def test_window_not_open_and_over(cast: Cast) -> None:
    opens, closes = NOON, NOON + 5 * HOUR
    task = make_offer(cast, starts_at=NOON + 3 * DAY, signup_opens_at=opens, signup_closes_at=closes)
    assert refusal_of(task, cast.li, opens - dt.timedelta(microseconds=1)) == "window_not_open"
    assert refusal_of(task, cast.li, closes) == "window_over"
    assert refusal_of(task, cast.li, opens) == ""
    assert refusal_of(task, cast.wang, closes - dt.timedelta(microseconds=1)) == ""


@pytest.mark.parametrize(
    ("state", "code"), [("draft", "not_published"), ("settled", "not_published"), ("cancelled", "cancelled")]
)
def test_only_published_tasks_are_claimed(cast: Cast, state: str, code: str) -> None:
    assert refusal_of(make_offer(cast, state=state, cancel_reason="暴雨"), cast.li) == code


def test_full_says_how_many_places_there_were(cast: Cast) -> None:
    task = make_offer(cast, capacity=2, places_taken=2)
    assert refusal_of(task, cast.li) == "full"
    shown = claim_obstacle(task, cast.li, timezone.now())
    assert shown is not None and "2 个名额" in shown.message


def test_a_second_claim_is_named_as_such_even_on_a_full_task(cast: Cast) -> None:
    task = make_offer(cast, capacity=1)
    assert refusal_of(task, cast.li) == ""
    task.refresh_from_db()
    assert refusal_of(task, cast.li) == "already_claimed"


def test_overlap_in_time_but_not_back_to_back(cast: Cast) -> None:
    first = make_offer(cast, starts_at=NOON)
    hold(cast.li, first)
    early = NOON - 2 * DAY
    fields: dict[str, Any] = {"signup_opens_at": early - DAY}
    assert refusal_of(make_offer(cast, starts_at=NOON + HOUR, **fields), cast.li, early) == "overlap"
    assert (
        refusal_of(make_offer(cast, starts_at=NOON - HOUR, lasts=9 * HOUR, **fields), cast.li, early)
        == "overlap"
    )
    assert refusal_of(make_offer(cast, starts_at=NOON + 2 * HOUR, **fields), cast.li, early) == ""
    assert refusal_of(make_offer(cast, starts_at=NOON - 2 * HOUR, **fields), cast.li, early) == ""


def test_a_place_given_back_blocks_no_other_time(cast: Cast) -> None:
    first, second = make_offer(cast), make_offer(cast)
    withdraw(take(first, cast.li), by=user_of(cast.li))
    assert refusal_of(second, cast.li) == ""


def test_seven_day_limit_counts_every_window_around_the_start(cast: Cast) -> None:
    now = NOON - 20 * DAY
    set_limits(now, places_per_week=2)
    fields: dict[str, Any] = {"signup_opens_at": now - DAY}
    for days in (-5, 3):
        hold(cast.li, make_offer(cast, starts_at=NOON + days * DAY, **fields))
    # No seven days hold both, so one more fits; then the days -5..1 and -3..3 hold two each.
    assert refusal_of(make_offer(cast, starts_at=NOON, **fields), cast.li, now) == ""
    assert refusal_of(make_offer(cast, starts_at=NOON - DAY, **fields), cast.li, now) == "weekly_limit"
    assert refusal_of(make_offer(cast, starts_at=NOON + 6 * DAY, **fields), cast.li, now) == "weekly_limit"
    assert refusal_of(make_offer(cast, starts_at=NOON + 7 * DAY, **fields), cast.li, now) == ""


def test_seven_day_limit_is_lifted_in_the_last_day(cast: Cast) -> None:
    now = NOON - DAY
    set_limits(now, places_per_week=1)
    hold(cast.li, make_offer(cast, starts_at=NOON + 2 * DAY))
    task = make_offer(cast, starts_at=NOON, signup_opens_at=now - DAY)
    assert refusal_of(task, cast.li, now - dt.timedelta(seconds=1)) == "weekly_limit"
    assert refusal_of(task, cast.li, now) == ""


def test_zero_means_no_limit(cast: Cast) -> None:
    set_limits(places_per_week=0, open_claims=0, suspend_after_no_shows=0)
    for number in range(8):
        assert refusal_of(make_offer(cast, starts_in=3 * DAY + 2 * number * HOUR), cast.li) == ""


def test_fullest_week_finds_the_seven_days_with_most() -> None:
    day = dt.date(2026, 6, 10)
    taken = [day - dt.timedelta(days=6), day + dt.timedelta(days=1), day + dt.timedelta(days=6)]
    assert fullest_week(day, taken) == (day, 2)
    assert fullest_week(day, []) == (day, 0)


def test_open_limit_ignores_what_only_waits_for_a_decision(cast: Cast) -> None:
    now = NOON
    set_limits(now, open_claims=2, places_per_week=0)
    for days in (-10, 10, 20):
        hold(cast.li, make_offer(cast, starts_at=NOON + days * DAY))
    task = make_offer(cast, starts_at=NOON + 30 * DAY, signup_opens_at=now - DAY)
    assert refusal_of(task, cast.li, now) == "open_limit"
    set_limits(now, open_claims=3)
    assert refusal_of(task, cast.li, now) == ""


def no_show(cast: Cast, days_ago: int, recorded: dt.datetime, now: dt.datetime = NOON) -> None:
    place = hold(cast.li, make_offer(cast, starts_at=now - days_ago * DAY), state=Claim.State.NO_SHOW)
    Verification.objects.create(claim=place, grade="no_show", verifier=cast.clerk, verified_at=recorded)


def test_suspension_runs_from_the_record_of_the_last_no_show(cast: Cast) -> None:
    set_limits(NOON, suspend_after_no_shows=2, suspend_days=30, places_per_week=0)
    no_show(cast, 60, NOON - 58 * DAY)
    task = make_offer(cast, starts_at=NOON + 40 * DAY, signup_opens_at=NOON - DAY)
    assert claim_obstacle(task, cast.li, NOON) is None
    no_show(cast, 12, NOON - 10 * DAY)
    assert refusal_of(task, cast.li, NOON) == "suspended"
    assert refusal_of(task, cast.li, NOON + 20 * DAY - dt.timedelta(seconds=1)) == "suspended"
    assert refusal_of(task, cast.li, NOON + 20 * DAY) == ""


def test_no_shows_of_last_year_are_forgiven(cast: Cast) -> None:
    january = at(dt.date(2026, 1, 5), 12)
    set_limits(january, suspend_after_no_shows=1)
    no_show(cast, 6, january, now=january)
    task = make_offer(cast, starts_at=january + 9 * DAY, signup_opens_at=january - DAY)
    assert refusal_of(task, cast.li, january) == ""


def test_claiming_again_after_withdrawal_takes_the_same_claim(cast: Cast) -> None:
    task = make_offer(cast)
    first = take(task, cast.li)
    withdraw(first, by=user_of(cast.li))
    again = take(task, cast.li)
    assert again.pk == first.pk
    task.refresh_from_db()
    assert task.places_taken == 1
    steps = list(first.events.values_list("from_state", "to_state"))
    assert steps == [("", "claimed"), ("claimed", "withdrawn"), ("withdrawn", "claimed")]


def test_limits_follow_the_policy_of_the_year_of_the_click(cast: Cast) -> None:
    set_limits(NOON, places_per_week=7)
    assert Limits.at(NOON).places_per_week == 7
    assert Limits.at(at(dt.date(2027, 1, 1), 0)).places_per_week == 3


def test_both_ways_to_a_claim_know_every_limit(cast: Cast) -> None:
    """The button reads the policy; the claim reads its figures with the task, and all of them."""
    task, user = make_offer(cast), user_of(cast.li)
    names = [field.name for field in fields(Limits)]
    assert Limits.read_with(read_offer(task.pk, user, NOON), NOON) == Limits.at(NOON)
    telling = {name: 41 + number for number, name in enumerate(names)}
    set_limits(NOON, **telling)
    read = Limits.read_with(read_offer(task.pk, user, NOON), NOON)
    assert vars(read) == vars(Limits.at(NOON)) == telling


def test_a_claim_takes_few_statements(cast: Cast) -> None:
    """Savepoints aside: the offer, the places, the guarded write; SQLite writes in three steps."""
    task = make_offer(cast)
    with CaptureQueriesContext(connection) as queries:
        take(task, cast.li)
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == (3 if connection.vendor == "postgresql" else 5), statements


def test_who_left_the_roster_claims_nothing(cast: Cast) -> None:
    task, now = make_offer(cast), timezone.now()
    assert claim_obstacle(task, cast.li, now) is None
    cast.li.state = Member.State.DEPARTED
    assert isinstance(claim_obstacle(task, cast.li, now), NotRegistered)
