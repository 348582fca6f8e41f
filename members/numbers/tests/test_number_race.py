"""A number is changed twice at the same moment: one change is made, the other person is told plainly."""

import threading
from collections.abc import Callable

import pytest

from members.merging import merging
from members.models import Member, MobileChange, User
from members.numbers import changing
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.testing.cast import Cast, make_member
from xianfeng.testing.races import meeting, meets_before, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OLD, NEW, OTHER = "13800000001", "13900000021", "13900000022"


def asked(cast: Cast) -> MobileChange:
    change = changing.ask(name="李建国", unit=cast.unit, old=OLD, mobile=NEW)
    assert change
    return change


def confirming(change: MobileChange, by: User) -> Callable[[], object]:
    own_copy = MobileChange.objects.select_related("member__user").get(pk=change.pk)
    return lambda: changing.confirm(own_copy, by=by)


def correcting(member: Member, mobile: str, by: User) -> Callable[[], object]:
    own_copy = Member.objects.select_related("user").get(pk=member.pk)
    return lambda: changing.correct(own_copy, mobile, reason="来电更正", by=by)


def done(member: Member) -> list[str]:
    rows = MobileChange.objects.filter(member=member, state=MobileChange.State.DONE)
    return list(rows.values_list("new", flat=True))


def test_unit_and_community_confirm_the_same_request(cast: Cast):
    change = asked(cast)
    assert together(confirming(change, cast.clerk), confirming(change, cast.unit_clerk)) == [
        "", AlreadyDecided.code,
    ]  # fmt: skip
    assert list(change.events.values_list("to_state", flat=True)) == ["asked", "done"]
    assert Member.objects.get(pk=cast.li.pk).mobile == NEW


def test_confirming_and_refusing_exclude_each_other(cast: Cast):
    change = asked(cast)
    stale = MobileChange.objects.get(pk=change.pk)
    codes = together(
        confirming(change, cast.clerk),
        lambda: changing.refuse(stale, reason="不是本人", by=cast.unit_clerk),
    )
    assert codes == ["", AlreadyDecided.code]
    change.refresh_from_db()
    assert (Member.objects.get(pk=cast.li.pk).mobile == NEW) == change.is_done


@pytest.mark.parametrize("second", [NEW, OTHER])
def test_two_desks_correct_the_same_number(cast: Cast, second: str):
    codes = together(correcting(cast.li, NEW, cast.clerk), correcting(cast.li, second, cast.unit_clerk))
    assert codes == ["", AlreadyDecided.code]
    assert done(cast.li) == [Member.objects.get(pk=cast.li.pk).mobile]


def test_two_desks_give_the_number_of_a_merged_record_back(cast: Cast):
    merging.merge(cast.li, make_member("李建国", NEW, cast.unit), reason="本人确认", by=cast.city_officer)
    codes = together(correcting(cast.li, NEW, cast.clerk), correcting(cast.li, NEW, cast.unit_clerk))
    assert codes == ["", AlreadyDecided.code]
    assert done(cast.li) == [NEW]


def test_a_request_is_confirmed_while_the_record_is_merged(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """Both hold the person first: who held the request first would wait for the merge, and it for them."""
    double = make_member("李建国", OTHER, cast.unit)
    change, meet = asked(cast), meeting()
    meets_before(changing, "_carry_out", meet, monkeypatch)
    meets_before(merging, "parts", meet, monkeypatch)
    codes = together(
        confirming(change, cast.clerk),
        lambda: merging.merge(double, cast.li, reason="本人确认", by=cast.city_officer),
    )
    change.refresh_from_db()
    assert codes in (["", ""], ["", AlreadyDecided.code])
    assert not change.is_open


def test_two_people_get_the_same_number(cast: Cast):
    codes = together(correcting(cast.li, NEW, cast.clerk), correcting(cast.sun, NEW, cast.unit_clerk))
    assert codes == ["", "number_taken"]
    assert Member.objects.filter(mobile=NEW).count() == 1


def test_without_the_guard_both_would_correct(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """The negative control: look first, write afterwards, and the race shows."""
    looked = threading.Barrier(2)

    def unguarded(change: MobileChange) -> int:
        assert Member.objects.get(pk=change.member_id).mobile == OLD
        looked.wait(timeout=120)
        return Member.objects.filter(pk=change.member_id).update(mobile=change.new)

    monkeypatch.setattr(changing, "_write", unguarded)
    codes = together(correcting(cast.li, NEW, cast.clerk), correcting(cast.li, OTHER, cast.unit_clerk))
    assert codes == ["", ""]
    assert len(done(cast.li)) == 2
