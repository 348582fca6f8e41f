"""Flags of a merged record: adjustments that name it, and nothing lost or counted twice."""

import datetime as dt
from typing import Any

import pytest

from flags import ledger
from flags.assessment import assessing
from flags.ledger.rules import YearSettled
from flags.models import Assessment, AssessmentRun, FlagEntry, MemberYear
from members.merging import merging
from members.models import Member, Merge
from xianfeng.testing.cast import Cast, make_member
from xianfeng.testing.ledger import Light, MakeAward


@pytest.fixture
def double(cast: Cast) -> Member:
    return make_member("李建国", "13900000021", cast.unit)


def flags_of(member: Member, year: int = 2026) -> tuple[int, int]:
    """Flags and minutes, from the lines and from the totals."""
    lines = FlagEntry.objects.filter(member=member, year=year).values_list("delta", "minutes")
    summed = (sum(flags for flags, _minutes in lines), sum(minutes for _flags, minutes in lines))
    row = MemberYear.objects.filter(member=member, year=year).first()
    assert ((row.flags, row.minutes) if row else (0, 0)) == summed
    return summed


def merged(cast: Cast, kept: Member, gone: Member) -> Merge:
    return merging.merge(kept, gone, reason="本人确认", by=cast.city_officer)


def settle(year: int) -> None:
    values: dict[str, Any] = {"as_of": dt.date(year, 12, 31), "state": AssessmentRun.State.SETTLED}
    AssessmentRun.objects.create(year=year, is_official=True, **values)


def test_every_line_goes_over_on_its_own_day_and_account(cast: Cast, double: Member, light: Light):
    light(cast.li)
    light(double, flags=2, minutes=90, category="wish", service_date=dt.date(2026, 4, 7))
    merged(cast, cast.li, double)
    assert (flags_of(cast.li), flags_of(double)) == ((3, 210), (0, 0))
    over = FlagEntry.objects.get(member=cast.li, kind="adjustment")
    assert (over.delta, over.category, over.service_date) == (2, "wish", dt.date(2026, 4, 7))
    assert (over.source_kind, over.source_id) == ("merge", double.pk)
    assert f"第 {double.pk} 号" in over.reason and ledger.verify().ok


def test_what_was_reversed_stays_behind(cast: Cast, double: Member, light: Light):
    ledger.reverse(light(double), reason="误认", by=cast.city_officer)
    light(double, flags=2)
    merged(cast, cast.li, double)
    assert flags_of(cast.li) == (2, 120)
    assert FlagEntry.objects.filter(member=cast.li).count() == 1


def test_undone_each_has_its_own_again(cast: Cast, double: Member, light: Light):
    light(cast.li)
    light(double, flags=2)
    merging.undo(merged(cast, cast.li, double), reason="弄错了", by=cast.city_officer)
    assert (flags_of(cast.li), flags_of(double)) == ((1, 120), (2, 120))
    assert ledger.verify().ok
    merged(cast, cast.li, Member.objects.get(pk=double.pk))
    assert (flags_of(cast.li), flags_of(double)) == ((3, 240), (0, 0))


def test_what_comes_in_later_for_the_merged_record_is_carried_on(
    cast: Cast, double: Member, light: Light, make_award: MakeAward
):
    award = light(double, flags=2)
    merged(cast, cast.li, double)
    ledger.reverse(FlagEntry.objects.get(pk=award.pk), reason="误认", by=cast.city_officer)
    assert (flags_of(cast.li), flags_of(double)) == ((0, 0), (0, 0))
    late = make_award(Member.objects.get(pk=double.pk))
    for _twice in range(2):  # the same key again is the same line
        assert ledger.award([late], by=cast.secretary)[0].member == double
    assert (flags_of(cast.li), flags_of(double)) == ((1, 120), (0, 0))


def test_through_two_merges_it_reaches_the_record_that_stands(cast: Cast, double: Member, light: Light):
    third = make_member("李建国", "13900000023", cast.unit)
    award = light(third, flags=2)
    merged(cast, double, third)
    merged(cast, cast.li, double)
    assert [flags_of(one) for one in (cast.li, double, third)] == [(2, 120), (0, 0), (0, 0)]
    ledger.reverse(FlagEntry.objects.get(pk=award.pk), reason="误认", by=cast.city_officer)
    assert [flags_of(one) for one in (cast.li, double, third)] == [(0, 0)] * 3
    assert ledger.verify().ok


def test_a_settled_year_is_corrected_by_its_sum(cast: Cast, double: Member, light: Light):
    for day in (3, 4):
        light(double, service_date=dt.date(2025, 3, day))
    settle(2025)
    merged(cast, cast.li, double)
    lines = FlagEntry.objects.filter(settled_year=2025).order_by("seq")
    assert [(line.member_id, line.delta, line.minutes) for line in lines] == [
        (double.pk, -2, -240),
        (cast.li.pk, 2, 240),
    ]
    assert (flags_of(cast.li, 2025), flags_of(double, 2025)) == ((2, 240), (0, 0))
    assert flags_of(cast.li) == (0, 0)  # nothing of it counts for the open year


def test_once_the_year_is_settled_the_merge_stays(cast: Cast, double: Member, light: Light):
    light(double)
    done = merged(cast, cast.li, double)
    settle(2026)
    with pytest.raises(YearSettled):
        merging.undo(done, reason="弄错了", by=cast.city_officer)
    assert Merge.objects.get().stands and flags_of(cast.li) == (1, 120)


def test_the_yearly_check_sees_one_person(cast: Cast, double: Member, light: Light):
    light(double, flags=2)
    merged(cast, cast.li, double)
    results = Assessment.objects.filter(run=assessing.forecast(2026), member__name="李建国")
    assert [(result.member, result.flags) for result in results] == [(cast.li, 2)]


def test_lighting_many_costs_nothing_more(
    cast: Cast, make_award: MakeAward, django_assert_max_num_queries: Any
):
    awards = [make_award(member) for member in (cast.li, cast.wang) for _ in range(100)]
    with django_assert_max_num_queries(10):
        ledger.award(awards, by=cast.secretary)
