"""Who is told of the city's word on what is volunteer service; see `told.py`."""

from collections.abc import Iterator
from functools import partial

from tasks.objecting import objecting
from tasks.publishing import publishing
from tasks.reviewing import reviewing
from tasks.tests.offers import make_offer, user_of
from tasks.tests.reviews import waiting_task
from xianfeng.tests.tables.events import Stage, again, event


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
