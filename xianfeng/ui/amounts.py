"""Time and amounts as people read them."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xianfeng.lib import times
from xianfeng.ui.registry import register


@register.filter
def when(start: dt.date | dt.datetime | None, end: dt.datetime | None = None) -> str:
    """``2026年3月5日 周四 14:00–16:00``; a date without a time where there is none."""
    if not start:
        return "—"
    if not isinstance(start, dt.datetime):
        return times.format_date(start)
    return times.format_span(start, end) if end else times.format_moment(start)


@register.filter
def until(moment: dt.date | dt.datetime | None) -> str:
    """How far ahead in Shanghai days: 今天, 明天, 还有3天; past days as 已过2天."""
    if not moment:
        return "—"
    days = times.days_until(moment)
    if days in (0, 1):
        return [_("今天"), _("明天")][days]
    if days > 0:
        return ngettext("还有%(days)d天", "还有%(days)d天", days) % {"days": days}
    return ngettext("已过%(days)d天", "已过%(days)d天", -days) % {"days": -days}


@register.filter
def ago(moment: dt.date | dt.datetime | None) -> str:
    """How long ago: 刚刚, 5分钟前, 3小时前, 昨天, 12天前; older than 30 days, or still to come, as it is."""
    if not moment:
        return "—"
    days = -times.days_until(moment)
    if isinstance(moment, dt.datetime) and days == 0 and moment > timezone.now():
        return times.format_moment(moment)
    if days > 30 or days < 0:
        return times.format_date(moment, weekday=False)
    if days == 0:
        return recently(moment)
    return _("昨天") if days == 1 else _("%(days)d天前") % {"days": days}


def recently(moment: dt.date | dt.datetime) -> str:
    if not isinstance(moment, dt.datetime):
        return _("今天")
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("刚刚")
    if minutes < 60:
        return _("%(minutes)d分钟前") % {"minutes": minutes}
    return _("%(hours)d小时前") % {"hours": minutes // 60}


@register.filter
def hours(minutes: int | None) -> str:
    """Service time from minutes: 90 → 1.5 小时, 120 → 2 小时."""
    if minutes is None:
        return "—"
    return _("%(hours)s 小时") % {"hours": f"{minutes / 60:.2f}".rstrip("0").rstrip(".")}


@register.filter
def number(value: int | None) -> str:
    """A count with thousands separators: 11,000."""
    return "—" if value is None else f"{value:,}"


@register.filter
def or_dash(value: int) -> str:
    """A count in a table full of zeros: these are dashes, so that the others are seen."""
    return number(value) if value else "–"
