"""What a record of service past (补记) refuses, and why."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from flags.ledger.rules import check_open
from members.models import Member, User
from tasks.claiming.rules import OverlapsInTime
from tasks.models import Claim, Task
from tasks.models.sessions import overlap
from tasks.rules import OwnClaim, WrongState, check_text
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment, format_span, local_year


class NotOver(Refusal):
    code = "not_over"


class NobodyNamed(Refusal):
    code, field = "nobody_named", "members"


class NoWitness(Refusal):
    code, field = "no_witness", "witness"


class OutsideScope(Refusal):
    code, field = "outside_scope", "members"


class OnTheListAlready(Refusal):
    code, field = "on_the_list_already", "members"


def check_past(task: Task, now: dt.datetime) -> None:
    """A record is made of what is over, in a year whose results are still open."""
    if task.ends_at > now:
        raise NotOver(
            _("补记的是已经结束的服务，这一场到 %(end)s 才结束。还没开始的请发布任务。")
            % {"end": format_moment(task.ends_at)}
        )
    check_open([local_year(task.starts_at)])


def check_enterable(task: Task, now: dt.datetime) -> None:
    """Who came without signing up is entered from the start on, also after the others were decided on."""
    if not task.is_enterable:
        raise WrongState(_("任务是“%(state)s”，不能补记人员。") % {"state": task.get_state_display()})
    if now < task.starts_at:
        raise NotOver(
            _("任务于 %(start)s 开始，之前请让党员自己接单。") % {"start": format_moment(task.starts_at)}
        )
    check_open([local_year(task.starts_at)])


def check_named(ids: Collection[int], found: Collection[Member], witness: str) -> None:
    if not ids:
        raise NobodyNamed(_("还没有选择人员。请先按姓名查找，再勾选到场的党员。"))
    if len(found) != len(ids):
        raise OutsideScope(_("只能补记本组织已报到的党员，名单里有人不是。请重新查找。"))
    if not witness:
        raise NoWitness(_("请写明谁证明他们到场，例如现场负责人的姓名或纸质签到表的编号。"))
    check_text(witness, _("证明人"), field="witness")


def check_not_oneself(members: Iterable[Member], by: User) -> None:
    if any(by.is_same_person(member) for member in members):
        raise OwnClaim(_("不能补记您本人的服务，请由同事办理。"))


def check_new(claims: Iterable[Claim]) -> None:
    """Once only: a place held, in whatever state, is not taken again."""
    if names := "、".join(str(claim.member) for claim in claims if claim.state in Claim.State.HOLDS_PLACE):
        raise OnTheListAlready(
            _("%(names)s已在这项任务的名单里，不用补记。请直接记签到。") % {"names": names}
        )


def check_free(task: Task, others: Iterable[Claim]) -> None:
    """Nobody served in two places at once."""
    for claim in others:
        if overlap(task, claim.task):
            span = format_span(claim.task.starts_at, claim.task.ends_at)
            raise OverlapsInTime(
                _(
                    "%(name)s那时在另一项任务“%(title)s”（%(span)s）的名单里，不能两处都算。请核对到底去了哪一处。"
                )
                % {"name": claim.member, "title": claim.task.title, "span": span}
            )
