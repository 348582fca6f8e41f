"""What a series refuses, and why. Each of its dates obeys the rules of a task besides."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from tasks.models import Series, Task
from xianfeng.lib.refusal import ChangedMeanwhile, Refusal
from xianfeng.lib.times import format_date, format_moment, today

FEWEST, MOST = 2, 60  # dates published at once


class TooFewDates(Refusal):
    code, field = "too_few_dates", "days"


class TooManyDates(Refusal):
    code, field = "too_many_dates", "until"


class TooFarAhead(Refusal):
    code, field = "too_far_ahead", "until"


class NeedsReviewFirst(Refusal):
    code = "needs_review_first"


class NothingToProlong(Refusal):
    code, field = "nothing_to_prolong", "until"


class NothingFollows(Refusal):
    code = "nothing_follows"


def last_day_allowed(on: dt.date | None = None) -> dt.date:
    """The end of next year: nobody plans further, and next year's rules are known by then."""
    return dt.date((on or today()).year + 1, 12, 31)


def check_end(last: dt.date, on: dt.date | None = None) -> None:
    if last > last_day_allowed(on):
        raise TooFarAhead(
            _("最多排到 %(last)s。请改早，到时再续。")
            % {"last": format_date(last_day_allowed(on), weekday=False)}
        )


def check_count(days: Collection[dt.date], *, least: int = FEWEST) -> None:
    if len(days) < least:
        raise TooFewDates(
            _("系列至少要有 %(least)d 次，现在是 %(count)d 次。请把“排到哪一天”改晚；只办一次的请发布任务。")
            % {"least": least, "count": len(days)}
        )
    if len(days) > MOST:
        raise TooManyDates(
            _("一次最多发布 %(most)d 次，现在是 %(count)d 次。请把“排到哪一天”改早，以后再续。")
            % {"most": MOST, "count": len(days)}
        )


def check_days_of_pattern(chosen: Collection[dt.date], planned: Collection[dt.date]) -> None:
    """What was ticked belongs to the pattern as it stands in the form now."""
    if not set(chosen) <= set(planned):
        raise ChangedMeanwhile(
            _("日期的排法改过了，勾选的日期对不上。请点“重排日期”，核对后再发布。"), field="days"
        )


def check_went_out(task: Task) -> None:
    """What the city looks at first is looked at once, not once for each date."""
    if not task.is_published:
        raise NeedsReviewFirst(
            _(
                "这样的任务须先由市里审核，不能成系列发布。请单独发布一次送审，或另选服务事项、把红旗改到范围内。"
            )
        )


def check_something_follows(dates: Sequence[Task], task: Task) -> None:
    if not dates:
        raise NothingFollows(
            _("%(start)s 这次和以后各次都已开始、结束或取消，没有可以改的。请在系列页查看各次的情况。")
            % {"start": format_moment(task.starts_at)}
        )


def check_prolonged(series: Series, until: dt.date, days: Collection[dt.date]) -> None:
    if not days:
        raise NothingToProlong(
            _("这个系列已排到 %(last)s，到 %(until)s 没有新的日期。请把日期改晚。")
            % {
                "last": format_date(series.last_day, weekday=False),
                "until": format_date(until, weekday=False),
            }
        )
