"""What the yearly check refuses, and why."""

import datetime as dt

from django.utils.translation import gettext as _

from flags.models import FlagEntry
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import FIRST_YEAR, today


class YearUnknown(Refusal):
    code = "year_unknown"


class YearNotOver(Refusal):
    code = "year_not_over"


class YearEmpty(Refusal):
    """Nothing was recorded in the year: a check would find everybody short."""

    code = "year_empty"


class YearMistyped(Refusal):
    code, field = "year_mistyped", "typed"


class RunMoved(Refusal):
    """The run is not in the state that the step starts from, often since somebody else was faster."""

    code = "run_moved"


def no_finished_draft() -> RunMoved:
    return RunMoved(_("只有已完成的初评可以公示。请刷新页面查看当前状态。"))


def not_public() -> RunMoved:
    return RunMoved(_("只有公示中的考核可以定案。请刷新页面查看当前状态。"))


class PublicityNotOver(Refusal):
    code = "publicity_not_over"


def check_year_known(year: int) -> None:
    """A check is of a year from 2020 to the present one. Raises YearUnknown."""
    if not FIRST_YEAR <= year <= today().year:
        raise YearUnknown(_("请选择 %(first)s 年至今的年度。") % {"first": FIRST_YEAR})


def check_year_over(year: int, on: dt.date | None = None) -> None:
    """The official check waits for the year's end in Shanghai. Raises YearNotOver."""
    if (on or today()) <= dt.date(year, 12, 31):
        raise YearNotOver(
            _("%(year)s 年还没有结束，正式考核须在 12 月 31 日之后进行。现在可以先做预测。") % {"year": year}
        )


def check_startable(year: int) -> None:
    """The official check of a year. Raises YearUnknown, YearNotOver, YearEmpty."""
    check_year_known(year)
    check_year_over(year)
    check_year_served(year)


def check_year_served(year: int) -> None:
    """A year without a single line is a mistake, or was not lived on this platform. Raises YearEmpty."""
    if not is_served(year):
        raise YearEmpty(
            _("%(year)s 年还没有任何红旗流水，考核会把所有人判为不合格，所以不能开始。") % {"year": year}
            + _("如当年确有服务，请先由社区补记，再来考核。")
        )


def is_served(year: int) -> bool:
    return FlagEntry.objects.filter(year=year).exists()


def check_year_typed(year: int, typed: str) -> None:
    """What goes out to eleven thousand people is not started by a slip. Raises YearMistyped."""
    if typed.strip() != str(year):
        raise YearMistyped(
            _("输入的年度与要公示的不一致，没有开始公示。请输入“%(year)s”再确认。") % {"year": year}
        )
