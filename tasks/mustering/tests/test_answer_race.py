"""Everybody says yes at the same moment: as many places as are wanted, the others stand by."""

import pytest

from tasks.models import Call, Claim, Muster, Task
from tasks.mustering import answering
from tasks.tests.musters import no, whistle, yes
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.races import meeting, meets_before, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def states(muster: Muster) -> list[str]:
    return sorted(muster.calls.values_list("state", flat=True))


def test_one_comes_and_one_stands_by(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    muster = whistle(cast, capacity=1)
    meets_before(answering, "locked", meeting(), monkeypatch)
    codes = together(lambda: yes(muster, cast.li), lambda: yes(muster, cast.wang))
    assert codes == ["", ""] and states(muster) == ["accepted", "standby"]
    assert Task.objects.get(pk=muster.pk).places_taken == Claim.objects.holding().count() == 1


def test_negative_control_without_the_lock_the_second_is_turned_away(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guarded write oversells nothing even so; but who should stand by gets an error instead."""
    muster = whistle(cast, capacity=1)
    unlocked = Task.objects.select_related("publisher")
    monkeypatch.setattr(answering, "locked", lambda task_id: unlocked.get(pk=task_id))
    meets_before(answering, "take_place", meeting(), monkeypatch)
    codes = together(lambda: yes(muster, cast.li), lambda: yes(muster, cast.wang))
    assert codes == ["", "changed_meanwhile"] and states(muster) == ["accepted", "silent"]


def test_a_place_given_back_while_the_next_thinks_again_goes_to_nobody_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    muster = whistle(cast, capacity=1)
    yes(muster, cast.li)
    yes(muster, cast.wang)
    meets_before(answering, "locked", meeting(), monkeypatch)
    assert together(lambda: no(muster, cast.li), lambda: no(muster, cast.wang)) == ["", ""]
    assert states(muster) == [Call.State.DECLINED] * 2
    assert Task.objects.get(pk=muster.pk).places_taken == Claim.objects.holding().count() == 0
