"""The same two records are merged, or taken apart, twice at the same moment; it happens once."""

from collections.abc import Callable

import pytest

from members.merging import merging, rules
from members.models import Member, Merge, Registration, User
from members.registration import registering
from members.tests.applicants import applied
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.testing.cast import Cast, make_member
from xianfeng.testing.races import meeting, meets_before, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def double(cast: Cast) -> Member:
    return make_member("李建国", "13900000021", cast.unit, community=cast.community)


def merging_(kept: Member, gone: Member, by: User) -> Callable[[], object]:
    pair = (Member.objects.select_related("user").get(pk=one.pk) for one in (kept, gone))
    return lambda: merging.merge(*pair, reason="本人确认", by=by)


def undoing(done: Merge, by: User) -> Callable[[], object]:
    own_copy = Merge.objects.get(pk=done.pk)
    return lambda: merging.undo(own_copy, reason="不是同一人", by=by)


def merged_records() -> int:
    return Member.objects.filter(state=Member.State.MERGED).count()


def test_unit_and_community_merge_the_same_pair(cast: Cast, double: Member):
    codes = together(merging_(cast.li, double, cast.clerk), merging_(cast.li, double, cast.unit_clerk))
    assert codes == ["", "already_merged"]
    assert (Merge.objects.count(), merged_records()) == (1, 1)


def test_two_who_keep_different_ones_of_the_pair(cast: Cast, double: Member):
    codes = together(merging_(cast.li, double, cast.clerk), merging_(double, cast.li, cast.unit_clerk))
    assert codes == ["", "already_merged"]
    assert (Merge.objects.count(), merged_records()) == (1, 1)


def test_without_the_check_under_the_lock_the_database_itself_refuses(
    cast: Cast, double: Member, monkeypatch: pytest.MonkeyPatch
):
    """The negative control: the second would write, and meet the constraint instead of a message."""
    merging.merge(cast.li, double, reason="本人确认", by=cast.clerk)
    monkeypatch.setattr(rules, "check_pair", lambda *_: None)
    with pytest.raises(Exception, match="merge_once_per_record"):
        merging_(cast.li, double, cast.unit_clerk)()


def test_a_merge_is_taken_apart_once(cast: Cast, double: Member):
    done = merging.merge(cast.li, double, reason="本人确认", by=cast.clerk)
    assert together(undoing(done, cast.clerk), undoing(done, cast.unit_clerk)) == ["", AlreadyDecided.code]
    assert list(done.events.values_list("to_state", flat=True)) == ["done", "undone"]
    assert merged_records() == 0


def test_an_application_is_confirmed_while_its_record_is_merged(
    cast: Cast, double: Member, monkeypatch: pytest.MonkeyPatch
):
    """Both hold the application first: else each would wait for what the other holds."""
    registration = applied(cast, name="李建国", mobile=double.mobile)
    stale, meet = Registration.objects.get(pk=registration.pk), meeting()
    merge = merging_(cast.li, double, cast.city_officer)
    meets_before(registering, "settle_member", meet, monkeypatch)
    meets_before(merging, "parts", meet, monkeypatch)
    codes = together(lambda: registering.confirm(stale, by=cast.clerk), merge)
    assert codes in (["", ""], ["", AlreadyDecided.code])
    assert merged_records() == 1
