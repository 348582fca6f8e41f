"""Signing up for every date while the secretary moves them: nobody oversold, lost, doubled or surprised."""

import threading
from functools import partial
from typing import Any

import pytest

from members.models import Member
from notices.models import Notice
from tasks.claiming import claiming
from tasks.claiming.rules import TaskMoved
from tasks.models import Claim, Series, Task
from tasks.models.sessions import overlap
from tasks.series import changing, planning, signing
from tasks.series.signing import Outcome
from tasks.tests.crowds import assert_counter_is_rows, at_once, make_crowd
from tasks.tests.offers import HOUR, make_offer, take, user_of
from tasks.tests.series import WEEK, dates_of, make_series
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 6


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def later(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) + HOUR for name in ("starts_at", "ends_at", "signup_closes_at")}


def all_of(series: Series, member: Member, into: list[Outcome]) -> None:
    into.append(signing.claim_all(series, member, by=user_of(member)))


def while_all_dates_move(cast: Cast, series: Series, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """The first claim has passed every check when the secretary's change of all dates lands."""
    first, *_others = dates_of(series)
    read, changed, outcomes = threading.Event(), threading.Event(), list[Outcome]()
    write = claiming.take_place

    def waits_for_the_change(*args: Any, **kwargs: Any) -> int | None:
        read.set()
        assert changed.wait(timeout=120)
        return write(*args, **kwargs)

    def change() -> None:
        assert read.wait(timeout=120)
        changing.change_following(first, by=cast.clerk, **later(first))
        changed.set()

    monkeypatch.setattr(claiming, "take_place", waits_for_the_change)
    assert together(partial(all_of, series, cast.li, outcomes), change) == ["", ""]
    return outcomes[0]


def clash_in_an_hour(cast: Cast, series: Series) -> None:
    """The member's other place begins when the first date ends: an hour later they overlap."""
    take(make_offer(cast, title="别处", starts_at=dates_of(series)[0].ends_at), cast.li)


def is_in_two_places() -> bool:
    tasks = [claim.task for claim in Claim.objects.open().select_related("task")]
    return any(overlap(one, other) for one in tasks for other in tasks if one.pk < other.pk)


def test_who_read_the_old_times_is_put_in_no_two_places(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    series = make_series(cast)
    clash_in_an_hour(cast, series)
    outcome = while_all_dates_move(cast, series, monkeypatch)
    assert outcome.refused[0][1].code == TaskMoved.code
    assert not is_in_two_places()
    for task in dates_of(series):
        assert_counter_is_rows(task)


def test_negative_control_without_the_guard_one_is_in_two_places(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = make_series(cast)
    clash_in_an_hour(cast, series)
    unguarded = claiming.TAKE_PLACE.replace(f" AND {claiming.AS_READ}", "")
    assert unguarded != claiming.TAKE_PLACE
    monkeypatch.setattr(claiming, "TAKE_PLACE", unguarded)
    while_all_dates_move(cast, series, monkeypatch)
    assert is_in_two_places() and not Notice.objects.filter(kind="series_changed").exists()


def test_a_storm_on_all_dates_while_they_move(cast: Cast) -> None:
    """Twelve people for five places on each of three dates: all taken in the end, nobody twice."""
    crowd = make_crowd(cast, 12)
    for _round in range(ROUNDS):
        series, outcomes = make_series(cast, capacity=5), list[Outcome]()
        first, *_others = before = dates_of(series)
        sign_up = [partial(all_of, series, member, outcomes) for member in crowd]
        at_once([*sign_up, partial(changing.change_following, first, by=cast.clerk, **later(first))], 13)
        for old, task in zip(before, dates_of(series), strict=True):
            assert task.starts_at == old.starts_at + HOUR
            assert_counter_is_rows(task)
            moved = sum(
                no.code == TaskMoved.code and one.pk == task.pk for o in outcomes for one, no in o.refused
            )
            assert task.places_taken >= min(5, len(crowd) - moved)  # no place is lost to nobody
        again = [partial(all_of, series, member, outcomes) for member in crowd]
        at_once(again, 12)
        assert [task.places_taken for task in dates_of(series)] == [5, 5, 5]
        assert Claim.objects.values("task", "member").distinct().count() == Claim.objects.count()
        clear()


def test_whoever_holds_the_old_time_is_told(cast: Cast) -> None:
    """At the same moment: told, or taken at the new time, or not taken."""
    for _round in range(ROUNDS):
        series, outcomes = make_series(cast), list[Outcome]()
        first, *_others = dates_of(series)
        change = partial(changing.change_following, first, by=cast.clerk, **later(first))
        assert together(partial(all_of, series, cast.li, outcomes), change) == ["", ""]
        changed_at = Task.objects.filter(series=series).latest("moved_at").moved_at
        held_before = Claim.objects.filter(events__at__lt=changed_at, member=cast.li).distinct().count()
        told = Notice.objects.filter(kind="series_changed")
        if told.exists():
            assert told.count() == 1 and held_before
        assert outcomes[0].done + len(outcomes[0].refused) == 3
        clear()


def test_two_who_prolong_at_once_make_the_dates_once(cast: Cast) -> None:
    series = make_series(cast)
    until = series.last_day + WEEK
    on = [partial(planning.prolong, series, until=until, by=by) for by in (cast.clerk, cast.secretary)]
    assert together(*on) == ["", "nothing_to_prolong"]
    assert len(dates_of(series)) == 4


def test_two_who_move_all_that_follows_wait_for_each_other(cast: Cast) -> None:
    """One from the first date on, one from the second: in whatever order, both changes hold whole."""
    for _round in range(ROUNDS):
        first, second, _third = dates_of(make_series(cast))
        on = (
            partial(changing.change_following, first, by=cast.clerk, place="新村"),
            partial(changing.change_following, second, by=cast.secretary, capacity=9),
        )
        assert together(*on) == ["", ""]
        after = dates_of(first.series)
        assert [one.place for one in after] == ["新村"] * 3
        assert [one.capacity for one in after] == [first.capacity, 9, 9]


def clear() -> None:
    Claim.objects.all().delete()
    Notice.objects.all().delete()
    Task.objects.all().delete()
    Series.objects.all().delete()
