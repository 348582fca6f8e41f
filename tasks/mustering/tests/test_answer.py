"""Yes and no in one tap: places, standing by, moving up, changing one's mind, and the limits left alone."""

import datetime as dt

import pytest
from django.utils import timezone

from flags.models import Policy
from members.models import Member
from notices.models import Notice
from tasks.claiming.claiming import claim, withdraw
from tasks.claiming.rules import (
    NotInAudience,
    NotRegistered,
    NotWithdrawable,
    OverlapsInTime,
    claim_obstacle,
)
from tasks.models import Call, Claim, Muster, Task
from tasks.mustering import departed
from tasks.mustering.rules import NotGoingOn, OnTheSpot
from tasks.presence.marking import mark_presence
from tasks.rules import AnsweredElsewhere
from tasks.tests.musters import answers, begun, fresh, no, whistle, yes
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import local_year
from xianfeng.testing.cast import Cast


def places(muster: Muster) -> tuple[int, set[str]]:
    """The counter, and who holds a place."""
    held = Claim.objects.holding().filter(task=muster.pk).values_list("member__name", flat=True)
    return Task.objects.get(pk=muster.pk).places_taken, set(held)


def test_yes_is_a_place_and_leaves_a_line(cast: Cast) -> None:
    muster = whistle(cast)
    call = yes(muster, cast.li)
    assert call.is_accepted and places(muster) == (1, {"李建国"})
    event = call.events.get()
    assert (event.from_state, event.to_state, event.by) == ("silent", "accepted", cast.li.user)


def test_the_second_tap_changes_nothing(cast: Cast) -> None:
    muster = whistle(cast)
    for _tap in "12":
        call = yes(muster, cast.li)
    assert call.events.count() == 1 and places(muster) == (1, {"李建国"})
    for _tap in "12":
        call = no(muster, cast.li)
    assert call.events.count() == 2 and places(muster) == (0, set())


def test_beyond_the_number_wanted_one_stands_by_and_moves_up(cast: Cast) -> None:
    muster = whistle(cast, capacity=1)
    yes(muster, cast.li)
    assert yes(muster, cast.wang).is_standby and places(muster) == (1, {"李建国"})
    no(muster, cast.li)
    assert answers(muster) == {"李建国": "declined", "王秀英": "accepted"}
    assert places(muster) == (1, {"王秀英"})
    assert Notice.objects.filter(recipient=cast.wang.user, key__startswith=f"muster:{muster.pk}:up").exists()


def test_after_the_start_one_may_still_come_or_think_again(cast: Cast) -> None:
    muster = begun(whistle(cast))
    assert yes(muster, cast.li).is_accepted
    assert no(muster, cast.li).is_declined
    assert yes(muster, cast.li).is_accepted and places(muster) == (1, {"李建国"})


def test_who_is_on_the_spot_cannot_say_no(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    task = begun(muster).task
    mark_presence(task, {task.claims.get().pk: "present"}, by=cast.clerk)
    with pytest.raises(OnTheSpot):
        no(muster, cast.li)


def test_no_limit_holds_a_yes_back(cast: Cast) -> None:
    """Week, open places, priority, suspension, and another place at the same time."""
    values = {"places_per_week": 1, "open_claims": 1, "priority_hours": 48, "suspend_after_no_shows": 1}
    Policy.objects.update_or_create(year=local_year(timezone.now()), defaults={**values, "suspend_days": 30})
    for state in ("claimed", "no_show"):
        other = make_offer(cast, starts_in=HOUR)
        Claim.objects.create(task=other, member=cast.li, state=state)
    assert yes(whistle(cast), cast.li).is_accepted


@pytest.mark.parametrize("state", ["claimed", "no_show"])
def test_a_muster_s_place_uses_up_no_limit(cast: Cast, state: str) -> None:
    """Neither meanwhile nor afterwards: what was possible before is possible still."""
    values = {"places_per_week": 1, "open_claims": 1, "suspend_after_no_shows": 1, "suspend_days": 30}
    Policy.objects.update_or_create(year=local_year(timezone.now()), defaults=values)
    muster, task = whistle(cast), make_offer(cast, starts_in=2 * DAY)
    yes(muster, cast.li)
    Claim.objects.filter(task=muster.pk).update(state=state)
    assert claim_obstacle(task, cast.li, timezone.now()) is None
    Task.objects.filter(pk=muster.pk).update(kind=Task.Kind.ACTIVITY)  # as any other task it would
    assert claim_obstacle(task, cast.li, timezone.now()) is not None


def test_nobody_is_in_two_places_at_once(cast: Cast) -> None:
    """An ordinary task at the same hours is refused to who comes, as it was before the muster."""
    yes(whistle(cast), cast.li)
    with pytest.raises(OverlapsInTime):
        take(make_offer(cast, starts_in=HOUR), cast.li)


def test_an_ordinary_claim_leads_to_the_muster_s_page(cast: Cast) -> None:
    muster = whistle(cast)
    with pytest.raises(AnsweredElsewhere):
        claim(muster.pk, cast.li, by=user_of(cast.li))
    yes(muster, cast.li)
    with pytest.raises(NotWithdrawable):
        withdraw(Claim.objects.select_related("task", "member").get(), by=user_of(cast.li))


def test_who_is_outside_is_not_asked_and_who_was_called_stays_called(cast: Cast) -> None:
    muster = whistle(cast)
    with pytest.raises(NotInAudience):
        yes(muster, cast.zhao)
    here = {"community": cast.other_community, "estate": cast.other_estate}
    Member.objects.filter(pk=cast.li.pk).update(**here)
    assert yes(muster, cast.li).is_accepted
    assert Call.objects.get(member=cast.li).community == cast.community  # where they lived when called


def test_who_comes_into_the_audience_later_may_answer(cast: Cast) -> None:
    muster = whistle(cast)
    Member.objects.filter(pk=cast.zhao.pk).update(community=cast.community, estate=cast.estate)
    assert yes(muster, cast.zhao).is_accepted


def test_who_left_the_roster_is_not_expected(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    Member.objects.filter(pk=cast.li.pk).update(state=Member.State.DEPARTED)
    departed.give_back(Member.objects.filter(pk=cast.li.pk))
    assert answers(muster)["李建国"] == "declined"
    with pytest.raises(NotRegistered):
        yes(muster, cast.li)


def test_two_musters_at_once_are_answered_each_for_itself(cast: Cast) -> None:
    one, other = whistle(cast), whistle(cast, title="停电送水")
    assert yes(one, cast.li).is_accepted and yes(other, cast.li).is_accepted


def test_an_ordinary_task_is_no_muster(cast: Cast) -> None:
    task = make_offer(cast)
    with pytest.raises(Muster.DoesNotExist):
        yes(Muster(task=task), cast.li)


def test_past_its_planned_end_nobody_answers(cast: Cast) -> None:
    muster = begun(whistle(cast), dt.timedelta(hours=5))
    with pytest.raises(NotGoingOn):
        yes(fresh(muster), cast.li)
