"""Who is told of a city task that is broken down; see `told.py`."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from tasks.breakdown import breakdown, reminding
from tasks.publishing import publishing
from tasks.tests.offers import HOUR, take
from tasks.tests.targets import a_target, city_task, part_of, target_of
from xianfeng.tests.tables.events import Stage, again, event

DAY = dt.timedelta(days=1)


@event("下达分解目标", "target", mail="陈书记 林社工 谢单位")
def targets_are_set(stage: Stage) -> Iterator[None]:
    cast, task = stage.cast, city_task(stage.cast)
    yield
    for _time in range(2):
        target_of(cast, task) if not task.targets.exists() else None
    target_of(cast, task, cast.unit)


@event("目标有变", "target", mail="陈书记 林社工")
def target_is_changed(stage: Stage) -> Iterator[None]:
    cast, target = stage.cast, a_target(stage.cast)
    yield
    for _time in range(2):
        breakdown.set_targets(target.task, {cast.community: 9}, due=target.due, by=cast.city_officer)


@event("撤回目标", "target", mail="陈书记 林社工")
def target_is_withdrawn(stage: Stage) -> Iterator[None]:
    target = a_target(stage.cast)
    yield
    for _time in range(2):
        again(partial(breakdown.withdraw, target, reason="改由街道办", by=stage.cast.city_officer))


@event("不能承接", "target_answer", mail="周市委 吴同事")
def target_is_declined(stage: Stage) -> Iterator[None]:
    target = a_target(stage.cast)
    yield
    for _time in range(2):
        again(partial(breakdown.decline, target, reason="当天有换届选举", by=stage.cast.clerk))


@event("全市任务改时间", "target", mail="陈书记 林社工")
def whole_is_moved(stage: Stage) -> Iterator[None]:
    task = a_target(stage.cast).task
    times = {"starts_at": task.starts_at + HOUR, "ends_at": task.ends_at + HOUR}
    yield
    for _time in range(2):
        again(partial(publishing.edit, task, by=stage.cast.city_officer, **times))


@event("全市任务取消", "target", "task_cancelled", mail="陈书记 林社工 李建国")
def whole_is_called_off(stage: Stage) -> Iterator[None]:
    target = a_target(stage.cast)
    take(part_of(stage.cast, target), stage.cast.li)
    yield
    for _time in range(2):
        again(partial(publishing.cancel, target.task, reason="暴雨橙色预警", by=stage.cast.city_officer))


@event("承接快到期", "target_due", mail="陈书记 林社工")
def target_is_nearly_due(stage: Stage) -> Iterator[None]:
    target = a_target(stage.cast)
    yield
    for _time in range(2):
        reminding.remind(target.due)


@event("承接逾期", "target_due", "target_answer", mail="陈书记 林社工 周市委 吴同事")
def target_is_late(stage: Stage) -> Iterator[None]:
    target = a_target(stage.cast)
    yield
    for later in (1, 2):
        reminding.remind(target.due + later * DAY)
