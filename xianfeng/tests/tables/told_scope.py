"""Who is told of the city's word on tasks, and of a city task that is broken down; see `told.py`."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from tasks.breakdown import breakdown, reminding
from tasks.objecting import objecting
from tasks.publishing import publishing
from tasks.reviewing import reviewing
from tasks.tests.offers import HOUR, make_offer, take, user_of
from tasks.tests.reviews import waiting_task
from tasks.tests.targets import a_target, city_task, part_of, target_of
from xianfeng.tests.tables.events import Stage, again, event

DAY = dt.timedelta(days=1)


@event("送市里审核", "task_review", mail="周市委 吴同事")
def task_is_sent_for_review(stage: Stage) -> Iterator[None]:
    yield
    task = waiting_task(stage.cast)
    again(partial(publishing.publish, task, by=stage.cast.clerk))


@event("审核通过", "task_reviewed", mail="陈书记 林社工")
def review_passes(stage: Stage) -> Iterator[None]:
    task = waiting_task(stage.cast)
    yield
    for _time in range(2):
        again(partial(reviewing.approve, task, by=stage.cast.city_officer))


@event("审核退回", "task_reviewed", mail="陈书记 林社工")
def review_sends_back(stage: Stage) -> Iterator[None]:
    task = waiting_task(stage.cast)
    yield
    for _time in range(2):
        again(partial(reviewing.send_back, task, reason="这是社工的工作", by=stage.cast.city_officer))


@event("审核没有赶上开始时间", "task_reviewed", mail="陈书记 林社工")
def review_comes_too_late(stage: Stage) -> Iterator[None]:
    task = waiting_task(stage.cast)
    yield
    for _time in range(2):
        reviewing.expire(task.pk, now=task.starts_at)


@event("裁定服务范围", "scope_decided", "scope_answered", mail="陈书记 林社工 李建国")
def scope_is_decided(stage: Stage) -> Iterator[None]:
    task = make_offer(stage.cast)
    objecting.report(task, stage.cast.li, by=user_of(stage.cast.li))
    yield
    objecting.decide(task, scope="outside", reason="这是社工的工作", by=stage.cast.city_officer)


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
