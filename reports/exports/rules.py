"""May this list be taken away, and this file? Asked when it is ordered, made and handed over."""

import datetime as dt

from django.utils.translation import gettext as _

from members.models import Appointment
from reports.exports.resources import ListResource
from reports.models import Export
from xianfeng.lib.refusal import Refusal

MAKES = "exports.make"
KEPT_FOR = dt.timedelta(days=7)
MOST = 1_000_000  # rows: a worksheet ends at 1,048,576


class RightsEnded(Refusal):
    """The appointment that the file was ordered under is over, or no longer carries the list."""

    code = "rights_ended"


class TooManyRows(Refusal):
    code = "too_many_rows"


class NothingToExport(Refusal):
    code = "nothing_to_export"


class NotThere(Refusal):
    """The file is not made yet, was not made, or its week is over."""

    code = "not_there"


def may_export(desk: Appointment | None, resource: type[ListResource]) -> bool:
    """Whoever sees a list may take it away, auditors too: masked and on record, it is reading."""
    return bool(desk and desk.can(MAKES) and desk.can(resource.sees))


def check_amount(rows: int, *, is_counted: bool) -> None:
    """Raises NothingToExport, TooManyRows."""
    if not rows and not is_counted:
        raise NothingToExport(_("应得数正在折算，名单还没有生成。请一分钟后再导出。"))
    if not rows:
        raise NothingToExport(_("名单是空的，没有可导出的内容。请换个筛选条件。"))
    if rows > MOST:
        text = _("一次最多导出 %(most)s 行，现在有 %(rows)s 行。请用筛选缩小范围，分几次导出。")
        raise TooManyRows(text % {"most": f"{MOST:,}", "rows": f"{rows:,}"})


def check_rights(export: Export, resource: type[ListResource]) -> Appointment:
    """The appointment the export was ordered under, as it stands today. Raises RightsEnded.

    Another desk of the same person does not do: it may see less.
    """
    posts = Appointment.objects.current().filter(user=export.user_id, user__is_active=True)
    desk = posts.select_related("organization").filter(pk=export.appointment_id or 0).first()
    if desk is None or not may_export(desk, resource):
        raise RightsEnded(_("导出时的任职已经结束或没有这项权限了，文件不再提供。"))
    return desk


def check_there(export: Export) -> None:
    """Raises NotThere."""
    if not export.is_ready:
        text = _("这个文件现在不能下载：还没有生成，或已超过 %(days)s 天被删除。请重新导出。")
        raise NotThere(text % {"days": KEPT_FOR.days})
