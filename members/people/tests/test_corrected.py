"""A corrected roster entry: whose people it concerns are told, but who corrected it."""

import datetime as dt

import pytest

from members.leaving import recording
from members.people import keeping
from notices.models import Notice
from xianfeng.testing.cast import Cast

MAY = dt.date(2026, 5, 1)


def told() -> dict[str, str]:
    found = Notice.objects.filter(kind="entry_corrected")
    return {str(notice.recipient): notice.subject for notice in found}


def test_unit_and_community_learn_which_columns_but_not_what_stands_there(cast: Cast):
    keeping.correct_entry(cast.li, by=cast.city_officer, note="住院", joined_on=MAY)
    assert set(told()) == {"谢单位", "陈书记", "林社工"}
    body = Notice.objects.get(recipient=cast.unit_clerk).body
    assert "周市委 更正了：备注、入册日期。" in body and "住院" not in body


def test_a_unit_that_corrects_tells_the_community_and_its_own_others(cast: Cast):
    keeping.correct_entry(cast.li, by=cast.unit_clerk, joined_on=MAY)
    assert set(told()) == {"陈书记", "林社工"}


def test_another_unit_is_no_correction_but_a_dated_move(cast: Cast):
    """Both units are told of that, and its day is on record: see `leaving`."""
    with pytest.raises(ValueError, match="dated move"):
        keeping.correct_entry(cast.sun, by=cast.city_officer, unit=cast.other_unit)
    recording.transfer(cast.sun, to_unit=cast.other_unit, day=MAY, by=cast.city_officer)
    found = Notice.objects.filter(kind="roster_change").values_list("recipient__name", flat=True)
    assert set(found) == {"谢单位", "韩单位", "陈书记", "林社工"}


def test_the_same_once_more_is_no_correction(cast: Cast):
    for _time in range(2):
        keeping.correct_entry(cast.li, by=cast.city_officer, joined_on=MAY, name=cast.li.name)
    assert Notice.objects.filter(kind="entry_corrected").count() == 3
