"""This date and all that follow: what moves, what stays, and who is told, once."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from notices.models import Notice
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.publishing.rules import HoldersClash, TermsFrozen
from tasks.series import changing
from tasks.series.rules import NothingFollows
from tasks.tests.desk import at_desk
from tasks.tests.offers import DAY, HOUR, make_offer, take
from tasks.tests.series import WEEK, dates_of, make_series
from xianfeng.lib.refusal import ChangedMeanwhile, ReasonNeeded
from xianfeng.testing.cast import Cast


def moved(task: Task, by: Any) -> dict[str, Any]:
    return {name: getattr(task, name) + by for name in ("starts_at", "ends_at", "signup_closes_at")}


def test_later_dates_move_alike_and_earlier_ones_stay(cast: Cast) -> None:
    first, second, third = before = dates_of(make_series(cast))
    changing.change_following(second, by=cast.clerk, **moved(second, HOUR), title="下沉日")
    after = dates_of(first.series)
    assert [new.starts_at - old.starts_at for new, old in zip(after, before, strict=True)] == [
        0 * HOUR,
        HOUR,
        HOUR,
    ]
    assert [task.title for task in after] == ["周五下沉日", "下沉日", "下沉日"]
    assert [new.series_day for new in after] == [old.series_day for old in before]
    assert third.pk == after[2].pk


def test_what_a_date_has_of_its_own_stays(cast: Cast) -> None:
    first, second, third = dates_of(make_series(cast))
    publishing.edit(second, by=cast.clerk, place="新村")
    changing.change_following(first, by=cast.clerk, capacity=9)
    assert [(one.place, one.capacity) for one in dates_of(first.series)] == [
        (first.place, 9), ("新村", 9), (third.place, 9),
    ]  # fmt: skip


def test_a_week_later_puts_no_date_over_the_next_of_its_own(cast: Cast) -> None:
    first, *_others = dates = dates_of(make_series(cast))
    for date in dates:
        take(date, cast.li)
    changing.change_following(first, by=cast.clerk, **moved(first, WEEK))
    changing.change_following(dates_of(first.series)[0], by=cast.clerk, **moved(first, 0 * DAY))
    assert [one.starts_at for one in dates_of(first.series)] == [one.starts_at for one in dates]


def test_who_holds_three_dates_is_told_once(cast: Cast) -> None:
    dates = dates_of(make_series(cast))
    for date in dates:
        take(date, cast.li)
    take(dates[2], cast.wang)
    changing.change_following(dates[0], by=cast.clerk, **moved(dates[0], HOUR))
    told = {one.recipient: one for one in Notice.objects.filter(kind="series_changed")}
    assert set(told) == {cast.li.user, cast.wang.user} and Notice.objects.count() == 2
    assert "3 次" in told[cast.li.user].subject and "15:00–17:00" in told[cast.li.user].body
    changing.change_following(dates[0], by=cast.clerk, text="带手套")
    assert Notice.objects.count() == 2


def test_clashes_of_all_dates_are_shown_before(cast: Cast) -> None:
    dates = dates_of(make_series(cast))
    for date in dates[1:]:
        other = make_offer(cast, title="别处", starts_at=date.ends_at)
        take(other, cast.li)
        take(date, cast.li)
    later = moved(dates[0], HOUR)
    with pytest.raises(HoldersClash):
        changing.change_following(dates[0], by=cast.clerk, **later)
    assert [one.starts_at for one in dates_of(dates[0].series)] == [one.starts_at for one in dates]
    changing.change_following(dates[0], by=cast.clerk, clashes_seen=True, **later)
    assert "“别处”" in Notice.objects.get(kind="series_changed").body


def test_a_refusal_names_its_date_and_changes_nothing(cast: Cast) -> None:
    dates = dates_of(make_series(cast))
    take(dates[1], cast.li)
    with pytest.raises(TermsFrozen) as refused:
        changing.change_following(dates[0], by=cast.clerk, flags=2)
    assert f"{dates[1].series_day.month}月{dates[1].series_day.day}日" in refused.value.message
    assert {one.flags for one in dates_of(dates[0].series)} == {1}


def test_what_has_begun_or_was_decided_on_stays(cast: Cast) -> None:
    first, second, third = dates_of(make_series(cast))
    place = take(second, cast.li)
    Claim.objects.filter(pk=place.pk).update(state=Claim.State.DENIED)
    changed = changing.change_following(second, by=cast.clerk, now=first.starts_at + HOUR, place="新村")
    assert [one.pk for one in changed] == [third.pk]
    with pytest.raises(NothingFollows):
        changing.change_following(third, by=cast.clerk, now=third.ends_at, place="花苑")


def test_who_filled_in_an_older_form_is_told(cast: Cast) -> None:
    first, *_others = dates_of(make_series(cast))
    seen = publishing.version_of(first)
    publishing.edit(first, by=cast.clerk, text="新")
    with pytest.raises(ChangedMeanwhile):
        changing.change_following(first, by=cast.clerk, seen=seen, text="旧")


def test_called_off_from_here_on_frees_places_and_tells_once(cast: Cast) -> None:
    dates = dates_of(make_series(cast))
    for date in dates:
        take(date, cast.li)
    with pytest.raises(ReasonNeeded):
        changing.cancel_following(dates[1], reason=" ", by=cast.clerk)
    changing.cancel_following(dates[1], reason="场地装修", by=cast.clerk)
    assert [one.state for one in dates_of(dates[0].series)] == ["published", "cancelled", "cancelled"]
    assert [one.places_taken for one in dates_of(dates[0].series)] == [1, 0, 0]
    told = Notice.objects.get(kind="series_cancelled")
    assert told.recipient == cast.li.user and "2 次" in told.subject and "场地装修" in told.body
    with pytest.raises(NothingFollows):
        changing.cancel_following(dates[1], reason="场地装修", by=cast.clerk)


def test_only_the_publisher_changes_a_series(cast: Cast) -> None:
    first, *_others = dates_of(make_series(cast))
    for by in (cast.other_secretary, cast.street_officer, cast.auditor):
        with pytest.raises(PermissionDenied):
            changing.change_following(first, by=by, place="别处")
        with pytest.raises(PermissionDenied):
            changing.cancel_following(first, reason="不办了", by=by)


def test_the_form_changes_all_that_follow(cast: Cast) -> None:
    first, *_others = dates_of(make_series(cast))
    client, url = at_desk(cast.clerk), reverse("tasks:edit_following", args=[first.pk])
    form = client.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}
    times = {name: value.strftime("%Y-%m-%dT%H:%M") for name, value in sent.items() if name.endswith("_at")}
    done = client.post(url, {**sent, **times, "place": "新村活动室"})
    assert done.url == reverse("tasks:series", args=[first.series_id])
    assert {one.place for one in dates_of(first.series)} == {"新村活动室"}


def test_a_single_task_has_nothing_that_follows(cast: Cast) -> None:
    task = make_offer(cast)
    for name in ("tasks:edit_following", "tasks:cancel_following"):
        assert at_desk(cast.clerk).post(reverse(name, args=[task.pk])).status_code == 404
