"""Two colleagues, or two units, deal with the same change of the roster at the same moment."""

from collections.abc import Callable

import pytest

from members.leaving import recording
from members.leaving.carrying import carry_due
from members.models import Member, Organization, RosterChange, User
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_organization, make_staff
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def joined(cast: Cast) -> RosterChange:
    return recording.join(
        name="钱进", mobile="13900000077", day=today(), unit=cast.unit, by=cast.unit_clerk, is_another=True
    )


def moving(cast: Cast) -> RosterChange:
    return recording.transfer(cast.li, to_unit=cast.other_unit, day=today(), by=cast.unit_clerk)


def own_copy(change: RosterChange) -> RosterChange:
    rows = RosterChange.objects.select_related("member__user", "from_unit", "to_unit")
    return rows.get(pk=change.pk)


def taking_back(change: RosterChange, by: User) -> Callable[[], object]:
    copy = own_copy(change)
    return lambda: recording.take_back(copy, reason="登记错了", by=by)


def accepting(change: RosterChange, by: User) -> Callable[[], object]:
    copy = own_copy(change)
    return lambda: recording.accept(copy, by=by)


def steps(change: RosterChange) -> list[str]:
    return list(change.events.values_list("to_state", flat=True))


def test_a_mistaken_entry_is_removed_once(cast: Cast):
    change = joined(cast)
    codes = together(taking_back(change, cast.unit_clerk), taking_back(change, cast.city_officer))
    assert codes == ["", AlreadyDecided.code]
    assert not Member.objects.filter(name="钱进").exists()


def test_the_same_person_is_entered_once(cast: Cast):
    assert together(lambda: joined(cast), lambda: joined(cast)) == ["", "mobile_known"]
    assert Member.objects.filter(name="钱进").count() == 1


def test_a_leaving_is_recorded_once(cast: Cast):
    copies = [Member.objects.get(pk=cast.li.pk) for _one in range(2)]

    def leaving(member: Member, by: User) -> Callable[[], object]:
        return lambda: recording.leave(member, kind="left", day=today(), by=by)

    codes = together(leaving(copies[0], cast.unit_clerk), leaving(copies[1], cast.city_officer))
    assert codes == ["", "change_ahead"]
    assert RosterChange.objects.count() == 1


def test_a_mistaken_leaving_is_taken_back_once(cast: Cast):
    change = recording.leave(cast.li, kind="left", day=today(), by=cast.unit_clerk)
    codes = together(taking_back(change, cast.unit_clerk), taking_back(change, cast.city_officer))
    assert codes == ["", AlreadyDecided.code]
    assert steps(change) == ["planned", "undone"]


def test_two_colleagues_take_the_same_person_in(cast: Cast):
    colleague = make_staff("unit2b", "韩同事", cast.other_unit)
    change = moving(cast)
    codes = together(accepting(change, cast.other_unit_clerk), accepting(change, colleague))
    assert codes == ["", AlreadyDecided.code]
    assert steps(change) == ["asked", "planned", "done"]


def test_the_city_moves_somebody_twice_at_once(cast: Cast):
    """Who waited for the person finds them in another unit, not gone."""
    third = make_organization("TU3", Organization.Kind.UNIT, "市财政局", cast.city)
    copies = [Member.objects.get(pk=cast.li.pk) for _one in range(2)]

    def to(unit: Organization, member: Member) -> Callable[[], object]:
        return lambda: recording.transfer(member, to_unit=unit, day=today(), by=cast.city_officer)

    assert together(to(cast.other_unit, copies[0]), to(third, copies[1])) == ["", ""]
    assert RosterChange.objects.filter(state="done").count() == 2


def test_taking_in_and_taking_back_exclude_each_other(cast: Cast):
    change = moving(cast)
    codes = together(accepting(change, cast.other_unit_clerk), taking_back(change, cast.unit_clerk))
    assert codes[0] == "" and codes[1] in (AlreadyDecided.code, "moved_already", "not_the_unit")
    moved = Member.objects.get(pk=cast.li.pk).unit_id == cast.other_unit.pk
    assert moved == (steps(change)[-1] == "done")


def test_two_nights_carry_a_day_out_once(cast: Cast):
    change = recording.leave(cast.li, kind="left", day=today(), by=cast.unit_clerk)
    tomorrow = today().fromordinal(today().toordinal() + 1)
    assert together(lambda: carry_due(tomorrow), lambda: carry_due(tomorrow)) == ["", ""]
    assert steps(change) == ["planned", "done"]
