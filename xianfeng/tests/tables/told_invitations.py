"""The part of the table of events about invitations and balance; `told.py` says how it is read."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from flags.assessment import assessing
from tasks.balancing import planning, wanting
from tasks.balancing.figures import Month
from tasks.inviting.inviting import invite, recall
from tasks.models import BalanceRow
from tasks.tests.offers import make_offer
from xianfeng.lib.times import at, today
from xianfeng.tests.tables.events import Stage, again, event


@event("邀请党员参加任务", "invitation", mail="李建国")
def member_is_invited(stage: Stage) -> Iterator[None]:
    task = make_offer(stage.cast)
    yield
    for _time in range(2):
        invite(task, {stage.cast.li.pk}, by=stage.cast.secretary)


@event("撤销邀请", "invitation", mail="李建国")
def invitation_is_recalled(stage: Stage) -> Iterator[None]:
    task = make_offer(stage.cast)
    invite(task, {stage.cast.li.pk}, by=stage.cast.secretary)
    yield
    for _time in range(2):
        recall(task, by=stage.cast.secretary, reason="发错了任务")


@event("跨社区邀请", "balanced", "invitation", mail="李建国 王秀英 陈书记 林社工 罗书记")
def people_are_asked_elsewhere(stage: Stage) -> Iterator[None]:
    cast = stage.cast
    stage.set_clock(at(dt.date(today().year, 10, 8), 9))
    make_offer(cast, capacity=20, publisher=cast.other_community, audience=[cast.other_community])
    assessing.forecast(today().year)
    planning.make(Month.of(""), by=cast.city_officer)
    row = BalanceRow.objects.get()
    yield
    for _time in range(2):
        again(partial(planning.send, row, Month.of(""), by=cast.city_officer))


@event("请社区增发任务", "more_wanted", mail="陈书记 林社工")
def more_is_wanted(stage: Stage) -> Iterator[None]:
    assessing.forecast(today().year)
    yield
    for _time in range(2):
        again(partial(wanting.ask, [str(stage.cast.community.pk)], by=stage.cast.city_officer))
