"""A small storm on whatever database the run uses, so on the embedded one too."""

import pytest

from tasks.models import ClaimEvent
from tasks.tests.crowds import assert_counter_is_rows, at_once, make_crowd
from tasks.tests.offers import make_offer, take
from xianfeng.testing.cast import Cast


@pytest.mark.django_db(transaction=True)
def test_forty_claims_for_ten_places(cast: Cast) -> None:
    task = make_offer(cast, capacity=10)
    crowd = make_crowd(cast, 40)
    outcomes = at_once([lambda member=member: take(task, member) for member in crowd], threads=8)  # type: ignore[misc]
    assert (outcomes.count(""), outcomes.count("full")) == (10, 30)
    assert_counter_is_rows(task)
    assert ClaimEvent.objects.count() == 10
