"""Who is told of a series; see `told.py`."""

from collections.abc import Iterator
from functools import partial

from tasks.series import changing, reminding
from tasks.tests.offers import HOUR, take
from tasks.tests.series import dates_of, make_series
from xianfeng.tests.tables.events import Stage, again, event


@event("系列改时间", "series_changed", mail="李建国")
def series_is_moved(stage: Stage) -> Iterator[None]:
    dates = dates_of(make_series(stage.cast))
    for date in dates:
        take(date, stage.cast.li)
    times = ("starts_at", "ends_at", "signup_closes_at")
    later = {name: getattr(dates[0], name) + HOUR for name in times}
    yield
    for _time in range(2):
        again(partial(changing.change_following, dates[0], by=stage.cast.clerk, **later))


@event("系列取消", "series_cancelled", mail="李建国 王秀英")
def series_is_called_off(stage: Stage) -> Iterator[None]:
    dates = dates_of(make_series(stage.cast))
    for date in dates:
        take(date, stage.cast.li)
    take(dates[1], stage.cast.wang)
    yield
    for _time in range(2):
        again(partial(changing.cancel_following, dates[0], reason="场地装修", by=stage.cast.clerk))


@event("系列快结束", "series_ends", mail="陈书记 林社工")
def series_ends_soon(stage: Stage) -> Iterator[None]:
    series = make_series(stage.cast)
    yield
    for _time in range(2):
        reminding.remind(series.last_day)
