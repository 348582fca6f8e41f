"""What a review refuses, and why."""

import datetime as dt

from django.utils.translation import gettext as _

from members.desks import staff_of
from members.models import User
from tasks.models import Screening, Task
from tasks.rights import Kind, demand, desk_in
from tasks.rules import WrongState
from xianfeng.lib.refusal import AlreadyDecided, Refusal
from xianfeng.lib.times import format_moment


class OwnTask(Refusal):
    code = "own_task"


class NoReviewer(Refusal):
    code = "no_reviewer"


class StartPassed(Refusal):
    code = "start_passed"


def may_review(user: User, task: Task) -> bool:
    """The city's desk, for whatever lies below it."""
    desk = user.desk
    return bool(desk and desk.can("scope.review") and desk.organization.contains(task.publisher))


def demand_reviewer(user: User, task: Task) -> None:
    demand(may_review(user, task))


def check_not_own(screening: Screening, by: User) -> None:
    """Nobody decides on their own matter: a task of the city's is looked at by a colleague."""
    if by.is_oneself(screening.asked_by_id) or by.is_oneself(screening.task.created_by_id):
        raise OwnTask(_("这项任务是您本人拟稿或送审的，请市里另一位同事审核。"))


def check_reviewer_exists(task: Task, by: User) -> None:
    """A city with one officer cannot look at its own: it says so before anything waits for ever."""
    if task.publisher.kind != Kind.CITY:
        return
    others = staff_of(task.publisher).exclude(pk__in=[*by.own_accounts, task.created_by_id])
    if not others.exists():
        raise NoReviewer(
            _(
                "市里的任务须由另一位同事审核，目前只有您一人任职。请先在“组织”里任命第二人，或改标题、红旗后再发布。"
            )
        )


def check_waiting(screening: Screening | None) -> Screening:
    if screening is None:
        raise AlreadyDecided(_("这项任务已不在审核中。请刷新页面查看最新状态。"))
    return screening


def check_not_begun(task: Task, now: dt.datetime) -> None:
    if is_too_late(task, now):
        raise StartPassed(
            _("开始时间 %(start)s 已过，不能再通过，请退回；也会自动退回给发布人改时间。")
            % {"start": format_moment(task.starts_at)}
        )


def is_too_late(task: Task, now: dt.datetime) -> bool:
    """Nothing is published into the past."""
    return task.starts_at <= now


def check_in_review(task: Task) -> None:
    if not task.is_in_review:
        raise WrongState(_("任务是“%(state)s”，没有在审核，不能撤回。") % {"state": task.get_state_display()})


def may_take_back(user: User, task: Task) -> bool:
    return task.is_in_review and desk_in(user, "tasks.publish", {task.publisher_id})
