"""Each step of a wish: who may, from where, and the row it leaves."""

from collections.abc import Callable
from typing import Any

import pytest

from wishes.handling import handling
from wishes.handling.handling import accept, decline, fulfil, mark_published, unpublish
from wishes.handling.rules import WrongState
from wishes.models import Wish, WishEvent
from wishes.rights import NotHandler
from wishes.stating.rules import PersonalDataInNeed, WrongPlace
from wishes.stating.stating import enter, submit
from wishes.tests.helpers import BRIEF, stated
from xianfeng.lib.refusal import KeyReused, ReasonNeeded
from xianfeng.testing.cast import Cast

State = Wish.State


def steps(wish: Wish) -> list[tuple[str, str]]:
    return list(wish.events.values_list("from_state", "to_state"))


def test_from_statement_to_fulfilment_and_back_once(cast: Cast):
    wish = stated(cast.estate)
    accept(wish, by=cast.secretary)
    mark_published(wish, by=cast.secretary)
    unpublish(wish, by=cast.secretary, note="任务取消")
    mark_published(wish, by=cast.secretary)
    fulfil(wish, by=cast.secretary)
    wish.refresh_from_db()
    assert wish.state == State.FULFILLED
    assert wish.fulfilled_at
    assert steps(wish) == [
        ("", "submitted"),
        ("submitted", "accepted"),
        ("accepted", "published"),
        ("published", "accepted"),
        ("accepted", "published"),
        ("published", "fulfilled"),
    ]
    assert wish.events.filter(by=None).count() == 1


def test_a_form_sent_twice_makes_one_wish(cast: Cast):
    first = submit(organization=cast.estate, need="想请人理发", **BRIEF, key="k")
    second = submit(organization=cast.estate, need="想请人理发", **BRIEF, key="k")
    assert first == second
    assert WishEvent.objects.count() == 1
    with pytest.raises(KeyReused):
        submit(organization=cast.estate, need="想请人修灯", **BRIEF, key="k")
    with pytest.raises(KeyReused):
        submit(organization=cast.estate, need="想请人理发", **{**BRIEF, "detail": "改了"}, key="k")


def test_the_brief_is_stored_unreadable(cast: Cast):
    from django.db import connection

    wish = stated(cast.estate)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_name, contact_mobile, contact_address, detail FROM wishes_wish")
        row = cursor.fetchone()
    assert all(row)
    assert set(row).isdisjoint(BRIEF.values())
    assert handling.brief_of(Wish.objects.get(pk=wish.pk)).contact_mobile == BRIEF["contact_mobile"]


@pytest.mark.parametrize("need", ["联系13800000001", "身份证330681195503051234"])
def test_a_number_never_becomes_public(cast: Cast, need: str):
    with pytest.raises(PersonalDataInNeed):
        submit(organization=cast.estate, need=need, **BRIEF)
    assert not Wish.objects.exists()


@pytest.mark.parametrize("place", ["city", "street", "unit"])
def test_only_estates_and_communities_take_wishes(cast: Cast, place: str):
    with pytest.raises(WrongPlace):
        submit(organization=getattr(cast, place), need="想请人理发", **BRIEF)


def test_a_closed_estate_takes_none(cast: Cast):
    cast.estate.is_active = False
    with pytest.raises(WrongPlace):
        submit(organization=cast.estate, need="想请人理发", **BRIEF)


@pytest.mark.parametrize(
    ("who", "estate", "community"),
    [
        ("secretary", True, True),
        ("clerk", True, True),
        ("estate_clerk", True, False),
        ("auditor", False, False),
        ("other_secretary", False, False),
        ("street_officer", False, False),
        ("city_officer", False, False),
        ("unit_clerk", False, False),
        ("sysadmin", False, False),
    ],
)
def test_an_estate_handles_its_own_and_a_community_all_below(
    cast: Cast, who: str, estate: bool, community: bool
):
    user = getattr(cast, who)

    def may(act: Callable[..., Wish], *args: Any, **kwargs: Any) -> bool:
        try:
            act(*args, **kwargs, by=user)
        except NotHandler:
            return False
        return True

    for place, expected in ((cast.estate, estate), (cast.community, community)):
        assert may(accept, stated(place)) is expected
        assert may(decline, stated(place), reason="不属于服务范围") is expected
        assert may(enter, organization=place, need="想请人理发", source="visit", **BRIEF) is expected


def test_staff_enter_for_a_resident(cast: Cast):
    wish = enter(organization=cast.estate, need="想请人理发", source="visit", by=cast.clerk, **BRIEF)
    assert (wish.entered_by, wish.source, wish.state) == (cast.clerk, "visit", State.SUBMITTED)
    assert wish.events.get().by == cast.clerk


def test_declining_says_why_and_who_instead(cast: Cast):
    wish = stated(cast.estate)
    decline(wish, reason=" 属于物业维修 ", responsible="物业服务中心", by=cast.clerk)
    wish.refresh_from_db()
    assert (wish.state, wish.decline_reason, wish.responsible) == ("declined", "属于物业维修", "物业服务中心")
    assert wish.events.latest("id").note == "属于物业维修"


def test_no_reason_is_no_answer(cast: Cast):
    wish = stated(cast.estate)
    with pytest.raises(ReasonNeeded):
        decline(wish, reason="不 ", by=cast.clerk)
    wish.refresh_from_db()
    assert wish.state == State.SUBMITTED


ALLOWED = {
    "accept": {State.SUBMITTED},
    "decline": {State.SUBMITTED, State.ACCEPTED},
    "mark_published": {State.ACCEPTED},
    "unpublish": {State.PUBLISHED},
    "fulfil": {State.PUBLISHED},
    "reopen": {State.FULFILLED, State.ACCEPTED},
}
EXTRA = {
    "decline": {"reason": "不属于服务范围"},
    "unpublish": {"note": "任务取消"},
    "reopen": {"note": "认定已撤销"},
}


@pytest.mark.parametrize("step", ALLOWED)
@pytest.mark.parametrize("state", State.values)
def test_a_step_is_taken_from_its_states_only(cast: Cast, step: str, state: str):
    wish = stated(cast.estate, state=state)

    def act() -> None:
        getattr(handling, step)(wish, by=cast.secretary, **EXTRA.get(step, {}))

    if state in ALLOWED[step]:
        act()
        assert steps(wish)[-1][0] == state
    else:
        with pytest.raises(WrongState):
            act()
        assert len(steps(wish)) == 1


def test_of_two_people_at_once_one_is_told(cast: Cast):
    """Both saw it waiting; the second one's page is stale."""
    wish = stated(cast.estate)
    mine, yours = Wish.objects.get(pk=wish.pk), Wish.objects.get(pk=wish.pk)
    accept(mine, by=cast.secretary)
    with pytest.raises(WrongState):
        decline(yours, reason="不属于服务范围", by=cast.clerk)
    wish.refresh_from_db()
    assert (wish.state, wish.decline_reason) == (State.ACCEPTED, "")
    assert len(steps(wish)) == 2
