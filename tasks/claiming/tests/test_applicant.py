"""Both ways to a claim know the same of who asks: what the database holds, in every field a rule may read."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from members.models import Member
from tasks.claiming.claiming import read_offer
from tasks.models.applicant import NAMES, Applicant
from tasks.tests.offers import make_offer, user_of
from xianfeng.testing.cast import Cast

pytestmark = pytest.mark.django_db

# A value of each field that no default and no half-filled member would have.
TELLING: dict[str, Any] = {
    "state": "departed", "is_leader": True, "position": "处长", "skills": "、理发、财务、",
    "intentions": "、红管家、", "free_times": "、周六上午、", "joined_on": dt.date(2026, 3, 5),
}  # fmt: skip


def test_every_field_a_rule_may_read_is_the_database_s(cast: Cast) -> None:
    task = make_offer(cast)
    Member.objects.filter(pk=cast.li.pk).update(**TELLING)
    stored = Member.objects.values(*NAMES).get(pk=cast.li.pk)
    read = Applicant.read_with(read_offer(task.pk, user_of(cast.li), timezone.now()))
    shown = Applicant.of(Member.objects.get(pk=cast.li.pk))
    assert vars(read) == vars(shown) == stored
    assert {name: type(value) for name, value in vars(read).items()} == {
        name: type(value) for name, value in stored.items()
    }


@pytest.mark.parametrize("name", sorted(TELLING))
def test_a_field_left_out_of_the_statement_is_noticed(cast: Cast, name: str) -> None:
    """The comparison above can fail: a member made of defaults differs in each of these fields."""
    assert getattr(Member(), name) != TELLING[name]
    assert name in NAMES


def test_whoever_is_on_no_roster_has_nothing_to_read(cast: Cast) -> None:
    task = make_offer(cast)
    with pytest.raises(type(task).DoesNotExist):
        read_offer(task.pk, cast.clerk, timezone.now())
