"""Who is told of a muster; see `told.py`."""

from collections.abc import Iterator
from functools import partial

from tasks.mustering import mustering
from tasks.tests.musters import begun, no, whistle, yes
from xianfeng.tests.tables.events import Stage, again, event


@event("吹哨集结", "muster", "muster_heard", mail="郑街道", every="李建国 王秀英")
def muster_is_called(stage: Stage) -> Iterator[None]:
    yield
    for _time in range(2):
        whistle(stage.cast, key="whistle")


@event("撤销误报", "muster", "muster_heard", mail="郑街道", every="李建国 王秀英")
def muster_is_called_off(stage: Stage) -> Iterator[None]:
    muster = whistle(stage.cast)
    no(muster, stage.cast.wang)
    yield
    for _time in range(2):
        again(partial(mustering.call_off, muster, reason="水位回落", by=stage.cast.secretary))


@event("备勤转为参加", "muster", every="王秀英")
def stand_by_moves_up(stage: Stage) -> Iterator[None]:
    muster = whistle(stage.cast, capacity=1)
    yes(muster, stage.cast.li)
    yes(muster, stage.cast.wang)
    yield
    for _time in range(2):
        no(muster, stage.cast.li)


@event("集结延长", "muster", every="李建国")
def muster_is_longer(stage: Stage) -> Iterator[None]:
    muster = whistle(stage.cast)
    yes(muster, stage.cast.li)
    yield
    for _time in range(2):
        again(partial(mustering.change, muster, capacity=5, hours=6, by=stage.cast.secretary))


@event("解除集结", "muster_over", "muster_heard", mail="李建国 郑街道")
def muster_is_over(stage: Stage) -> Iterator[None]:
    muster = whistle(stage.cast)
    yes(muster, stage.cast.li)
    no(muster, stage.cast.wang)
    begun(muster)
    yield
    for _time in range(2):
        again(partial(mustering.stand_down, muster, thanks="辛苦了", by=stage.cast.secretary))
