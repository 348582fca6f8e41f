"""Who is told of a backup that failed, of a drill, and that everything was restored."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.organizations.elevating import may_decide
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many
from xianfeng.lib.times import format_date, format_moment, today

BACKUP = Kind("backup", _("备份与恢复"), told=_("系统管理员和市级工作人员"), mandatory=True)
KINDS = declare(BACKUP)

FAILED = Wording(
    BACKUP,
    key="backup:failed:%(date)s:user:%(user)s",
    subject=_("备份没有做成"),
    body=_("%(day)s：%(reason)s\n请系统管理员当天处理：在此之前，机器损坏会丢失上一份备份以后的全部办理。"),
)
DRILL_FAILED = Wording(
    BACKUP,
    key="drill:failed:%(date)s:user:%(user)s",
    subject=_("恢复演练没有通过"),
    body=_("%(day)s：%(reason)s\n请系统管理员当天处理：这份备份现在不能保证恢复得出来。"),
)
# Once a quarter, however often a drill holds: what arrives each week is not read any more.
DRILL_HELD = Wording(
    BACKUP,
    key="drill:held:%(quarter)s:user:%(user)s",
    subject=_("恢复演练通过：备份能够恢复"),
    body=_("%(summary)s\n每季度第一次通过时发这一封；没有通过会当天通知。"),
)
RESTORED = Wording(
    BACKUP,
    key="restored:%(at)s:user:%(user)s",
    subject=_("平台已恢复到 %(moment)s 的备份"),
    body=_(
        "%(moment)s 以后办理的不在其中，请各单位、社区核对后重新办理；期间的任免、停用的账号、"
        "换过的手机号也要重办。"
        "所有人须重新登录。没有来得及发出的通知 %(set_aside)s 条标为“不确定”，请在“通知”里逐条决定是否重发。"
    ),
)


def warn_of_backup(reason: str) -> int:
    """Once a day."""
    return _warn(FAILED, reason)


def warn_of_drill(reason: str) -> int:
    """Once a day."""
    return _warn(DRILL_FAILED, reason)


def tell_of_drill(summary: str) -> int:
    day = today()
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    return leave(DRILL_HELD.to_each(may_decide(), quarter=quarter, summary=summary))


def tell_of_restore(moment: dt.datetime, set_aside: int) -> int:
    facts = {"at": timezone.now().isoformat(timespec="seconds"), "moment": format_moment(moment)}
    return leave(RESTORED.to_each(may_decide(), set_aside=set_aside, **facts))


def _warn(wording: Wording, reason: str) -> int:
    day = today()
    return leave(wording.to_each(may_decide(), date=day, day=format_date(day), reason=reason))


def leave(messages: Iterable[Message]) -> int:
    """Into the outbox, without asking a worker: beat looks there by itself, and no broker need be up."""
    with transaction.atomic():
        count = send_many(messages)
        connection.run_on_commit.clear()
    return count
