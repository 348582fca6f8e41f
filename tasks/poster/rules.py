"""What no poster is made of."""

import datetime as dt

from django.utils.translation import gettext as _

from tasks.models import Task
from tasks.publishing.rules import TooLate
from tasks.rules import WrongState
from xianfeng.lib.times import format_moment


def check_worth_hanging_up(task: Task, now: dt.datetime) -> bool:
    """Whoever scans it can still sign up, or soon. Raises WrongState, TooLate."""
    if not task.is_published:
        raise WrongState(
            _("任务是“%(state)s”，扫码的人接不了单。请先发布，再打印海报。")
            % {"state": task.get_state_display()}
        )
    if Task.SIGN_UP.is_over(task, now):
        raise TooLate(
            _("接单已于 %(at)s 截止，贴出去没有人能接。可以复制为新任务，再打印海报。")
            % {"at": format_moment(task.signup_closes_at)}
        )
    return True
