"""Changing, taking back a false alarm, standing down, and what is true afterwards."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from notices.models import Notice
from tasks.models import Claim, Task
from tasks.mustering import mustering, rules
from tasks.presence.marking import mark_presence
from tasks.tests.musters import answers, begun, fresh, no, whistle, yes
from tasks.tests.offers import HOUR
from tasks.verifying.verifying import Decision, verify
from xianfeng.testing.cast import Cast

MINUTE = dt.timedelta(minutes=1)


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__member__name", flat=True))


def test_more_people_wanted_lets_who_stands_by_move_up(cast: Cast) -> None:
    muster = whistle(cast, capacity=1)
    yes(muster, cast.li)
    yes(muster, cast.wang)
    mustering.change(muster, capacity=2, hours=4, by=cast.secretary)
    assert answers(muster) == {"李建国": "accepted", "王秀英": "accepted"}


def test_bounds_of_a_change(cast: Cast) -> None:
    muster = whistle(cast)
    for member in (cast.li, cast.wang):
        yes(muster, member)
    with pytest.raises(rules.TooFewPlaces):
        mustering.change(muster, capacity=1, hours=4, by=cast.secretary)
    with pytest.raises(rules.OutOfBounds):
        mustering.change(muster, capacity=5, hours=13, by=cast.secretary)
    begun(muster, 2 * HOUR)
    with pytest.raises(rules.OutOfBounds):
        mustering.change(muster, capacity=5, hours=1, by=cast.secretary)


def test_a_false_alarm_frees_all_and_tells_everybody_who_was_called(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    no(muster, cast.wang)
    Notice.objects.all().delete()
    mustering.call_off(muster, reason="水位回落", by=cast.secretary)
    task = Task.objects.get(pk=muster.pk)
    assert (task.state, task.places_taken, task.cancel_reason) == ("cancelled", 0, "水位回落")
    assert Claim.objects.get().state == Claim.State.FREED
    assert told("muster") == {"李建国", "王秀英"}
    assert Notice.objects.filter(kind="muster_heard", recipient=cast.street_officer).count() == 1
    with pytest.raises(rules.NotGoingOn, match="误报"):
        mustering.call_off(muster, reason="再来一次", by=cast.secretary)
    with pytest.raises(rules.NotGoingOn, match="误报"):
        yes(muster, cast.li)


def test_where_somebody_came_it_is_no_false_alarm(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    task = begun(muster).task
    mark_presence(task, {task.claims.get().pk: "present"}, by=cast.clerk)
    with pytest.raises(rules.SomebodyCame):
        mustering.call_off(muster, reason="水位回落", by=cast.secretary)


def test_standing_down_ends_the_task_now_and_thanks(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    no(muster, cast.wang)
    begun(muster)
    now = timezone.now()
    mustering.stand_down(muster, thanks="辛苦了", by=cast.secretary, now=now)
    done = fresh(muster)
    assert (done.task.ends_at, done.task.signup_closes_at, done.task.minutes) == (now, now, 29)
    assert (done.stood_down_by, done.stood_down_at, done.thanks) == (cast.secretary, now, "辛苦了")
    assert told("muster_over") == {"李建国"}  # who could not come is left in peace
    with pytest.raises(rules.NotGoingOn):
        mustering.stand_down(muster, thanks="", by=cast.secretary)
    with pytest.raises(rules.NotGoingOn):
        yes(muster, cast.wang)


def test_before_its_start_it_can_only_be_a_false_alarm(cast: Cast) -> None:
    with pytest.raises(rules.NotBegunYet):
        mustering.stand_down(whistle(cast), thanks="", by=cast.secretary)


def test_past_its_planned_end_it_can_still_be_stood_down(cast: Cast) -> None:
    muster = begun(whistle(cast), 6 * HOUR)
    mustering.stand_down(muster, thanks="", by=cast.secretary)
    assert fresh(muster).task.ends_at == muster.task.ends_at


def test_afterwards_the_community_verifies_as_always(cast: Cast) -> None:
    muster = whistle(cast)
    yes(muster, cast.li)
    task = begun(muster, HOUR).task
    place = task.claims.get()
    mark_presence(task, {place.pk: "present"}, by=cast.clerk)
    mustering.stand_down(muster, thanks="", by=cast.secretary)
    decision = Decision(place.pk, "good", minutes=50, flags=1)
    verify(fresh(muster).task, [decision], by=cast.clerk)
    place.refresh_from_db()
    assert place.is_verified


@pytest.mark.parametrize("user", ["auditor", "street_officer", "estate_clerk", "other_secretary"])
def test_only_who_called_ends_it(cast: Cast, user: str) -> None:
    muster = begun(whistle(cast))
    with pytest.raises(PermissionDenied):
        mustering.stand_down(muster, thanks="", by=getattr(cast, user))
    with pytest.raises(PermissionDenied):
        mustering.call_off(muster, reason="水位回落", by=getattr(cast, user))
    with pytest.raises(PermissionDenied):
        mustering.change(muster, capacity=9, hours=4, by=getattr(cast, user))
