"""What keeping the roster refuses."""

import calendar
import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _

from members.models import Exemption, Member, User
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, Refusal
from xianfeng.lib.rooms import load
from xianfeng.lib.times import today


class DatesWrong(Refusal):
    code = "dates_wrong"


def check_stands(member: Member) -> None:
    """A record that was merged is history. Raises NotPossible."""
    if member.is_merged:
        raise NotPossible(_("这条记录已经并入另一条，请在保留的记录上办理。"), "merged_record")


# --- Leave --------------------------------------------------------------------------------------


class LeaveLimits(NamedTuple):
    """In months; the second is zero where one person is enough for any length."""

    longest: int
    second_person: int


def leave_limits(year: int) -> LeaveLimits:
    """By the rules of the year in which the leave begins."""
    (room,) = load("leave")
    limits: LeaveLimits = room.limits_of(year)
    return limits


def is_longer(starts_on: dt.date, ends_on: dt.date, months: int) -> bool:
    """Whether the days, both included, are more than so many months."""
    years, month = divmod(starts_on.month - 1 + months, 12)
    year, month = starts_on.year + years, month + 1
    day = min(starts_on.day, calendar.monthrange(year, month)[1])
    return ends_on >= dt.date(year, month, day)


def check_leave(starts_on: dt.date, ends_on: dt.date, limits: LeaveLimits) -> None:
    """In order, near this year, and not longer than the rules allow. Raises DatesWrong."""
    if ends_on < starts_on:
        raise DatesWrong(_("结束日期不能早于开始日期。"))
    first, last = today().year - 1, today().year + 1
    if not first <= starts_on.year <= last:
        raise DatesWrong(
            _("开始日期要在 %(first)s 至 %(last)s 年之间，请核对年份。") % {"first": first, "last": last},
            "far_off",
        )
    if is_longer(starts_on, ends_on, limits.longest):
        raise DatesWrong(
            _("考核办法规定一次豁免最长 %(months)s 个月。请缩短；到期仍需要的，届时再登记一次。")
            % {"months": limits.longest},
            "too_long",
        )


def check_second_person(exemption: Exemption, by: User) -> None:
    """Another one than who recorded it, and not the person. Raises AlreadyDecided, NotPossible."""
    if not exemption.is_waiting:
        raise AlreadyDecided(_("这条豁免已经办理过了，请刷新页面查看结果。"))
    if by.is_same_person(exemption.member):
        raise NotPossible(_("不能给自己批准豁免。"), "not_oneself")
    if by.is_oneself(exemption.approved_by_id):
        raise NotPossible(_("要由登记人以外的另一位同事、社区、单位或市委组织部确认。"), "same_person")
