"""When presence may be recorded."""

import datetime as dt

from django.utils.translation import gettext as _

from tasks.models import Task
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment


class NotBegun(Refusal):
    code = "not_begun"


def check_begun(task: Task, now: dt.datetime) -> None:
    if now < task.starts_at:
        raise NotBegun(
            _("任务于 %(start)s 开始，到时才能记录签到。") % {"start": format_moment(task.starts_at)}
        )
