"""Which wishes are shown as likely duplicates: of the same resident, or nearly the same words next door."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from members.models import Organization
from wishes.merging.finding import MOST_READ, MOST_SHOWN, RECENT, likely, matching
from wishes.models import Wish
from wishes.tests.helpers import BRIEF, stated
from xianfeng.testing.cast import Cast

OTHER = "13700000077"


def of_another(place: Organization, need: str, **fields: Any) -> Wish:
    """Stated by a resident with another number."""
    return stated(place, need=need, contact_mobile=OTHER, **fields)


def shown(wish: Wish, by: Any) -> list[tuple[str, str]]:
    return [(one.wish.need, one.why) for one in likely(wish, by)]


def test_the_same_resident_and_the_same_words_speak_for_it(cast: Cast):
    wish = stated(cast.estate, need="客厅灯不亮了，想请人帮忙看看电路")
    of_another(cast.estate, "家里客厅灯不亮，希望有人看看电路")
    stated(cast.second_estate, need="想学手机视频通话")
    stated(cast.estate, need="客厅的灯不亮了，想请人看看电路")
    assert shown(wish, cast.clerk) == [
        ("客厅的灯不亮了，想请人看看电路", "手机号相同、文字相近"),
        ("想学手机视频通话", "手机号相同"),
        ("家里客厅灯不亮，希望有人看看电路", "文字相近"),
    ]


def test_words_alone_count_in_the_same_estate_only(cast: Cast):
    wish = stated(cast.estate, need="客厅灯不亮了，想请人看看电路")
    of_another(cast.second_estate, "客厅灯不亮了，想请人看看电路")
    assert likely(wish, cast.clerk) == []


@pytest.mark.parametrize("need", ["想请人修灯", "希望有人帮忙搬沙发", "需要轮椅"])
def test_how_everybody_asks_is_no_likeness(cast: Cast, need: str):
    wish = stated(cast.estate, need="想请人理发")
    of_another(cast.estate, need)
    assert likely(wish, cast.clerk) == []


def test_without_numbers_nobody_is_the_same_resident(cast: Cast):
    wish = stated(cast.estate, need="想请人理发", contact_mobile="")
    stated(cast.estate, need="需要轮椅", contact_mobile="")
    assert likely(wish, cast.clerk) == []


@pytest.mark.parametrize(
    ("state", "age", "is_shown"),
    [
        ("submitted", RECENT * 3, True),
        ("published", RECENT * 3, True),
        ("fulfilled", RECENT - dt.timedelta(days=1), True),
        ("declined", RECENT - dt.timedelta(days=1), True),
        ("fulfilled", RECENT + dt.timedelta(days=1), False),
        ("merged", dt.timedelta(0), False),
    ],
)
def test_open_ones_count_at_any_age_and_ended_ones_for_a_while(
    cast: Cast, state: str, age: dt.timedelta, is_shown: bool
):
    wish = stated(cast.estate)
    into = {"merged_into": wish} if state == "merged" else {}
    other = stated(cast.estate, state=state, created_at=timezone.now() - age, **into)
    assert [one.wish for one in likely(wish, cast.clerk)] == [other] * is_shown


def test_what_can_be_merged_stands_before_what_is_over(cast: Cast):
    wish = stated(cast.estate)
    first = stated(cast.estate)
    stated(cast.estate, state="declined")
    assert likely(wish, cast.clerk)[0].wish == first


@pytest.mark.parametrize(("who", "needs"), [("clerk", {"b", "c"}), ("estate_clerk", {"b"})])
def test_each_desk_sees_its_own_branch(cast: Cast, who: str, needs: set[str]):
    wish = stated(cast.estate)
    stated(cast.estate, need="b")
    stated(cast.second_estate, need="c")
    stated(cast.other_estate, need="d")
    assert {one.wish.need for one in likely(wish, getattr(cast, who))} == needs
    assert {one.wish.need for one in matching("", wish, getattr(cast, who))} == needs


def test_the_further_one_is_proposed_to_stay_and_of_equals_the_older(cast: Cast):
    older, newer = stated(cast.estate), stated(cast.estate)
    assert likely(newer, cast.clerk)[0].pair == (older, newer) == likely(older, cast.clerk)[0].pair
    Wish.objects.filter(pk=newer.pk).update(state="accepted")
    newer.refresh_from_db()
    assert likely(newer, cast.clerk)[0].pair == (newer, older)


def test_searching_by_a_word_or_the_code_finds_what_is_open(cast: Cast):
    wish = stated(cast.estate)
    other = of_another(cast.second_estate, "楼道灯不亮")
    of_another(cast.second_estate, "楼道灯又不亮", state="declined")
    for text in ("楼道灯", other.code, other.code.lower()):
        assert [one.wish for one in matching(text, wish, cast.clerk)] == [other]
    assert matching("滑梯", wish, cast.clerk) == []


def test_a_busy_community_costs_one_query_and_shows_a_few(cast: Cast, django_assert_num_queries: Any):
    wish = stated(cast.estate)
    Wish.objects.bulk_create(
        Wish(organization=cast.estate, need=f"想请人上门理发{number}", **BRIEF)
        for number in range(MOST_READ + 50)
    )
    assert cast.clerk.desk
    with django_assert_num_queries(1):
        assert len(likely(wish, cast.clerk)) == MOST_SHOWN
