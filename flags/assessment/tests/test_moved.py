"""Who changed units: flags stay with the unit of their day, the result with that of the year's end."""

import datetime as dt

from flags import ledger
from flags.assessment import assessing
from flags.ledger import Award
from flags.models import Category, FlagEntry
from flags.policy.policies import frozen, policy_for
from members.leaving import recording
from members.models import Member, Organization
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

MOVED = today().replace(day=1) - dt.timedelta(days=3)


def move(cast: Cast, day: dt.date = MOVED) -> Member:
    recording.transfer(cast.li, to_unit=cast.other_unit, day=day, by=cast.city_officer)
    return Member.objects.get(pk=cast.li.pk)


def lit(cast: Cast, member: Member, day: dt.date, key: str) -> FlagEntry:
    award = Award(member, 1, 60, day, Category.WISH, cast.community, "claim", 1, "修灯", cast.secretary, key)
    return ledger.award([award], by=cast.secretary)[0]


def unit_of_result(member: Member, year: int) -> Organization:
    (row,) = assessing.reckon(year, frozen(policy_for(year)), member=member)
    return Organization.objects.get(pk=row.unit_id)


def test_a_flag_verified_after_the_move_stays_with_the_unit_of_its_day(cast: Cast) -> None:
    before = lit(cast, cast.li, MOVED - dt.timedelta(days=9), "k1")
    member = move(cast)
    late = lit(cast, member, MOVED - dt.timedelta(days=1), "k2")
    after = lit(cast, member, MOVED, "k3")
    assert [line.unit_id for line in (before, late, after)] == [
        cast.unit.pk,
        cast.unit.pk,
        cast.other_unit.pk,
    ]
    seen = {
        user.name: set(FlagEntry.objects.visible_to(user).values_list("key", flat=True))
        for user in (cast.unit_clerk, cast.other_unit_clerk)
    }
    assert seen == {"谢单位": {"k1", "k2"}, "韩单位": {"k3"}}


def test_the_result_goes_to_the_unit_of_the_years_end(cast: Cast) -> None:
    member = move(cast, MOVED)
    assert unit_of_result(member, MOVED.year) == cast.other_unit
    assert unit_of_result(member, MOVED.year - 1) == cast.unit


def test_of_two_moves_each_year_has_its_own_unit(cast: Cast) -> None:
    year = today().year
    member = move(cast, dt.date(year - 1, 6, 1))
    recording.transfer(member, to_unit=cast.unit, day=dt.date(year, 1, 1), by=cast.city_officer)
    results = [unit_of_result(member, each) for each in (year - 2, year - 1, year)]
    assert results == [cast.unit, cast.other_unit, cast.unit]
