"""A member takes every date that can be taken, by the rules of each; twice is harmless; and leaves them."""

import datetime as dt

import pytest
from django.urls import reverse

from flags.models import Policy
from tasks.claiming.waiting.waiting import join
from tasks.models import Claim
from tasks.series import signing
from tasks.tests.desk import at_desk
from tasks.tests.offers import HOUR, make_offer, take, user_of
from tasks.tests.series import dates_of, make_series
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast


def states(cast: Cast) -> list[str]:
    return list(
        Claim.objects.filter(member=cast.li).order_by("task__starts_at").values_list("state", flat=True)
    )


def test_each_date_that_can_be_taken_is_taken(cast: Cast) -> None:
    series = make_series(cast, capacity=1)
    _first, second, _third = dates_of(series)
    take(second, cast.wang)
    outcome = signing.claim_all(series, cast.li, by=user_of(cast.li))
    assert outcome.done == 2 and states(cast) == ["claimed", "claimed"]
    assert [(task.pk, no.code) for task, no in outcome.refused] == [(second.pk, "full")]
    assert [one.places_taken for one in dates_of(series)] == [1, 1, 1]
    again = signing.claim_all(series, cast.li, by=user_of(cast.li))
    assert again.done == 0 and [no.code for _task, no in again.refused] == ["full"]


def test_the_limits_hold(cast: Cast) -> None:
    year = make_series(cast).dates.earliest("starts_at").starts_at.year
    Policy.objects.update_or_create(year=year, defaults={"open_claims": 2})
    Policy.objects.update_or_create(year=today().year, defaults={"open_claims": 2})
    outcome = signing.claim_all(make_series(cast, 4, title="另一个"), cast.li, by=user_of(cast.li))
    assert (outcome.done, [no.code for _task, no in outcome.refused]) == (2, ["open_limit"] * 2)


def test_who_is_busy_on_one_date_takes_the_others(cast: Cast) -> None:
    series = make_series(cast)
    take(make_offer(cast, title="别处", starts_at=dates_of(series)[1].starts_at + HOUR), cast.li)
    outcome = signing.claim_all(series, cast.li, by=user_of(cast.li))
    assert (outcome.done, [no.code for _task, no in outcome.refused]) == (2, ["overlap"])


def test_out_of_all_that_follow(cast: Cast) -> None:
    series = make_series(cast, capacity=1)
    _first, second, _third = dates_of(series)
    take(second, cast.wang)
    signing.claim_all(series, cast.li, by=user_of(cast.li))
    join(second.pk, by=user_of(cast.li))
    outcome = signing.leave_all(series, by=user_of(cast.li))
    assert (outcome.done, outcome.refused) == (3, [])
    assert states(cast) == ["withdrawn"] * 3
    assert [one.places_taken for one in dates_of(series)] == [0, 1, 0]
    assert signing.leave_all(series, by=user_of(cast.li)).done == 0


def test_late_for_the_first_date_owes_a_reason_and_leaves_the_others(cast: Cast) -> None:
    series = make_series(cast)
    signing.claim_all(series, cast.li, by=user_of(cast.li))
    now = dates_of(series)[0].starts_at - HOUR
    outcome = signing.leave_all(series, by=user_of(cast.li), now=now)
    assert (outcome.done, [no.code for _task, no in outcome.refused]) == (2, ["reason_needed"])
    assert signing.leave_all(series, by=user_of(cast.li), now=now, reason="出差").done == 1


def test_the_phone_says_of_each_why_not(cast: Cast) -> None:
    series = make_series(cast, capacity=1)
    take(dates_of(series)[1], cast.wang)
    client = at_desk(user_of(cast.li))
    url = reverse("tasks:my_series", args=[series.pk])
    assert "能接的各次都接下" in client.get(url).content.decode()
    answer = client.post(reverse("tasks:claim_series", args=[series.pk]), follow=True).content.decode()
    assert "接下 2 次" in answer and "有 1 次没有接下" in answer and "名额已全部接完" in answer
    left = client.post(reverse("tasks:withdraw_series", args=[series.pk]), follow=True).content.decode()
    assert "已退出 2 次" in left


@pytest.mark.parametrize("name", ["my_series", "claim_series", "withdraw_series"])
def test_a_series_of_others_is_not_there(cast: Cast, name: str) -> None:
    client, url = at_desk(user_of(cast.zhao)), reverse(f"tasks:{name}", args=[make_series(cast).pk])
    answer = client.get(url) if name == "my_series" else client.post(url)
    assert answer.status_code == 404
    assert not Claim.objects.filter(member=cast.zhao).exists()


def test_a_date_whose_sign_up_is_over_is_left_out(cast: Cast) -> None:
    series = make_series(cast)
    now = dates_of(series)[0].starts_at + dt.timedelta(minutes=1)
    assert len(signing.dates_for(series, cast.li, now)) == 2
