"""A place given back while somebody else deals with it: one wins, and the other reads what happened."""

from functools import partial

import pytest

from flags.models import FlagEntry
from members.models import Member
from tasks.claiming.claiming import withdraw
from tasks.claiming.departed import give_back
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.recording.recording import enter, take_out
from tasks.tests.crowds import assert_counter_is_rows
from tasks.tests.desk import make_item, terms
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from tasks.verifying.verifying import Decision, record
from wishes.models import Wish
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 6


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def place_of(cast: Cast, task: Task) -> Claim:
    return Claim.objects.select_related("member__user", "task__publisher__parent").get(
        pk=take(task, cast.li).pk
    )


def test_verified_or_given_back(cast: Cast) -> None:
    """The member's clock says before the start, the clerk's after the end: the place is decided once."""
    for _round in range(ROUNDS):
        task = make_offer(cast)
        place = place_of(cast, task)
        decide = partial(
            record, task, {place.pk: "present"}, [Decision(place.pk, "good", 60, 1)], by=cast.clerk,
            now=task.ends_at + HOUR,
        )  # fmt: skip
        lit = FlagEntry.objects.count()
        codes = together(decide, partial(withdraw, place, by=user_of(cast.li)))
        state = Claim.objects.get(pk=place.pk).state
        assert codes.count("") == 1 and set(codes) < {"", "unknown_claim", "not_withdrawable"}
        assert FlagEntry.objects.count() - lit == (state == "verified")
        assert_counter_is_rows(task)
        Task.objects.update(starts_at=task.starts_at - 30 * DAY, ends_at=task.ends_at - 30 * DAY)


def test_called_off_or_given_back(cast: Cast) -> None:
    for _round in range(ROUNDS):
        task = make_offer(cast)
        place = place_of(cast, task)
        codes = together(
            partial(publishing.cancel, task, reason="下雨", by=cast.clerk),
            partial(withdraw, place, by=user_of(cast.li)),
        )
        assert codes in (["", ""], ["", "not_withdrawable"])
        state = Claim.objects.get(pk=place.pk).state
        assert state == ("withdrawn" if codes == ["", ""] else "freed")
        assert_counter_is_rows(task)


def test_given_back_by_the_member_and_for_who_leaves(cast: Cast) -> None:
    for _round in range(ROUNDS):
        task = make_offer(cast)
        place = place_of(cast, task)
        codes = together(
            partial(give_back, Member.objects.filter(pk=cast.li.pk)),
            partial(withdraw, place, by=user_of(cast.li)),
        )
        assert codes in (["", ""], ["", "not_withdrawable"])
        assert place.events.filter(to_state="withdrawn").count() == 1
        assert_counter_is_rows(task)


def test_entered_twice_and_taken_out_twice(cast: Cast) -> None:
    task = make_offer(cast, starts_in=-2 * DAY, signup_opens_at=make_offer(cast).starts_at - 30 * DAY)
    entering = [
        partial(enter, task, [cast.li.pk], witness="高组长", by=by) for by in (cast.clerk, cast.secretary)
    ]
    assert together(*entering) == ["", "on_the_list_already"]
    place = Claim.objects.select_related("member__user", "task__publisher__parent").get()
    leaving = [partial(take_out, place, reason="查无此事", by=by) for by in (cast.clerk, cast.secretary)]
    assert together(*leaving)[0] == ""
    assert place.events.filter(to_state="withdrawn").count() == 1
    assert_counter_is_rows(task)


def test_two_desks_publish_the_same_wish_once(cast: Cast) -> None:
    item = make_item()
    for state in ("submitted", "accepted"):
        wish = Wish.objects.create(organization=cast.estate, need="想请人修楼道灯", state=state)
        publishing_of = [
            partial(
                publishing.publish_wish, Wish.objects.select_related("organization").get(pk=wish.pk), by=by,
                publisher=cast.community, item=item, audience=[cast.community], **terms(),
            )
            for by in (cast.clerk, cast.secretary)
        ]  # fmt: skip
        assert together(*publishing_of) == ["", "wrong_state"]
        assert wish.tasks.count() == 1
