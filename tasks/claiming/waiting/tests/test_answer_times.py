"""How long an offered place is kept."""

import datetime as dt

import pytest

from tasks.claiming.answer_times import answer_by
from xianfeng.lib.times import at

DAY = dt.date(2026, 6, 10)
HOUR = dt.timedelta(hours=1)
NOON = at(DAY, 12)


@pytest.mark.parametrize(
    ("before", "kept"),
    [(240, 24), (72.1, 24), (72, 6), (48, 6), (24.1, 6), (24, 1), (6.1, 1), (6, None), (1, None), (-1, None)],
)
def test_the_nearer_the_end_the_shorter(before: float, kept: int | None) -> None:
    answer = answer_by(NOON + before * HOUR, NOON)
    assert answer == (None if kept is None else NOON + kept * HOUR)


@pytest.mark.parametrize(
    ("made", "ends"),
    [
        (at(DAY, 15, 59), at(DAY, 21, 59)),
        (at(DAY, 16), at(DAY, 22) + 10 * HOUR),
        (at(DAY, 20), at(DAY, 20) + 12 * HOUR),
        (at(DAY, 0, 59), at(DAY, 8)),
        (at(DAY, 1), at(DAY, 7)),
    ],
)
def test_no_offer_ends_at_night(made: dt.datetime, ends: dt.datetime) -> None:
    assert answer_by(made + 60 * HOUR, made) == ends


def test_the_night_never_keeps_a_place_until_it_is_of_no_use() -> None:
    evening = at(DAY, 22, 30)
    start = at(DAY, 7, 30) + 24 * HOUR
    assert answer_by(start, evening) == start - 6 * HOUR
