"""Two desks merge the same wishes at the same moment: no circle, no wish merged twice."""

import threading
from collections.abc import Callable

import pytest

from members.models import User
from wishes.handling import handling
from wishes.merging import merging
from wishes.models import Wish
from wishes.tests.helpers import stated
from xianfeng.testing.cast import Cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def fresh(wish: Wish) -> Wish:
    return Wish.objects.select_related("organization").get(pk=wish.pk)


def merging_of(kept: Wish, gone: Wish, by: User) -> Callable[[], object]:
    one, other = fresh(kept), fresh(gone)
    return lambda: merging.merge(one, other, by=by)


@pytest.mark.parametrize("attempt", range(5))
def test_each_into_the_other_makes_no_circle(cast: Cast, attempt: int):
    one, other = stated(cast.estate), stated(cast.estate)
    codes = together(merging_of(one, other, cast.clerk), merging_of(other, one, cast.secretary))
    assert codes == ["", "kept_is_merged"], attempt
    assert Wish.objects.filter(state="merged").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_into_two_others_it_goes_once(cast: Cast, attempt: int):
    gone, one, other = (stated(cast.estate) for _each in range(3))
    codes = together(merging_of(one, gone, cast.clerk), merging_of(other, gone, cast.secretary))
    assert codes == ["", "already_merged"], attempt
    assert gone.events.filter(to_state="merged").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_three_in_a_row_make_no_chain(cast: Cast, attempt: int):
    one, other, third = (stated(cast.estate) for _each in range(3))
    codes = together(merging_of(other, one, cast.clerk), merging_of(third, other, cast.secretary))
    assert codes.count("") == 1, attempt
    assert not Wish.objects.filter(merged_into__state="merged").exists()


def test_declining_and_merging_the_same_wish_exclude_each_other(cast: Cast):
    kept, gone = stated(cast.estate), stated(cast.estate)
    stale = fresh(gone)
    codes = together(
        merging_of(kept, gone, cast.clerk),
        lambda: handling.decline(stale, reason="属于物业维修", responsible="物业", by=cast.secretary),
    )
    assert codes.count("") == 1
    assert gone.events.exclude(from_state="").count() == 1


def test_the_end_of_the_kept_one_and_parting_do_not_cross(cast: Cast):
    """Whichever comes first, the wish is not left merged and parted at once."""
    kept, gone = stated(cast.estate, state="published"), stated(cast.estate)
    done, ending = merging.merge(kept, gone, by=cast.clerk), fresh(kept)
    codes = together(
        lambda: merging.part(fresh(done), reason="不是同一件事", by=cast.secretary),
        lambda: handling.fulfil(ending, by=cast.secretary),
    )
    assert codes in (["", ""], ["", "kept_is_over"])
    assert fresh(gone).state == ("submitted" if codes == ["", ""] else "merged")
    assert fresh(kept).is_fulfilled


def test_parted_by_two_it_is_parted_once(cast: Cast):
    done = merging.merge(stated(cast.estate), stated(cast.estate), by=cast.clerk)
    copies = [fresh(done), fresh(done)]
    codes = together(
        *[lambda copy=copy: merging.part(copy, reason="不是同一件事", by=cast.clerk) for copy in copies]  # type: ignore[misc]
    )
    assert codes == ["", "not_merged"]
    assert done.events.filter(from_state="merged").count() == 1


def test_without_the_locks_there_would_be_a_circle(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """The negative control: both look first and write afterwards."""
    looked = threading.Barrier(2)

    def unlocked(*pks: int | None) -> list[Wish]:
        found = Wish.objects.select_related("organization").in_bulk(list(filter(None, pks)))
        looked.wait(timeout=120)
        return [found[pk] for pk in pks if pk]

    one, other = stated(cast.estate), stated(cast.estate)
    monkeypatch.setattr(merging, "_locked", unlocked)
    monkeypatch.setattr(merging, "_tell_history", lambda *_about: None)
    codes = together(merging_of(one, other, cast.clerk), merging_of(other, one, cast.secretary))
    assert codes == ["", ""]
    assert Wish.objects.filter(merged_into__state="merged").count() == 2
