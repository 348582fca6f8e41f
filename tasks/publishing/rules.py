"""What publishing refuses, and why. The rules of claiming stand in tasks/claiming/rules.py."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from members.models import Organization
from tasks.breakdown.rules import check_part, check_whole_published
from tasks.models import Claim, Task
from tasks.models.sessions import LONGEST_SESSION, MOST_SESSIONS, session_length
from tasks.rights import Kind
from tasks.rules import WrongState, check_flags, check_minutes, check_not_muster, check_text
from tasks.scope.screening import Finding, in_words, stops
from wishes.models import Wish
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import ChangedMeanwhile, Refusal
from xianfeng.lib.times import format_moment

State = Task.State

# Whom a city task may name one by one; a whole city is the city itself.
CITY_CHOICES = (Kind.STREET, Kind.COMMUNITY, Kind.UNIT)
NAMED = 10  # people that a refusal names
# What stays as it was when the first member took a place: it was the offer they accepted.
FROZEN = ("item", "flags", "minutes", "sessions")
# What says what kind of thing it is, and what the city has a word in.
SCREENED = ("item", "flags", "title", "text")


class WrongAudience(Refusal):
    code, field = "wrong_audience", "reach"


class ItemNotOffered(Refusal):
    code, field = "item_not_offered", "item"


class TimesOutOfOrder(Refusal):
    code = "times_out_of_order"


class TooLong(Refusal):
    code, field = "too_long", "sessions"


class CapacityTooSmall(Refusal):
    code, field = "capacity_too_small", "capacity"


class TermsFrozen(Refusal):
    code, field = "terms_frozen", "flags"


class TooLate(Refusal):
    code = "too_late"


class HoldersClash(Refusal):
    code, field = "holders_clash", "clashes_seen"


class NeedsReview(Refusal):
    code = "needs_review"


class HasVerdicts(Refusal):
    code = "has_verdicts"


def check_audience(publisher: Organization, audience: Iterable[Organization], wish: Wish | None) -> None:
    """The tier fixes the audience: the city all or chosen ones, community and estate themselves.

    A community that publishes a wish of one of its estates may address that estate alone.
    """
    chosen = list(audience)
    if not chosen:
        raise WrongAudience(_("还没有选择面向哪些组织。请至少选择一个。"))
    if chosen == [publisher]:
        return
    if publisher.kind == Kind.CITY:
        check_city_audience(publisher, chosen)
    elif not (wish and [wish.organization] == chosen and publisher.contains(wish.organization)):
        raise WrongAudience(
            _("%(publisher)s只能面向本组织的党员发布，不能选择其他组织。") % {"publisher": publisher}
        )


def check_city_audience(city: Organization, chosen: list[Organization]) -> None:
    if city in chosen:
        raise WrongAudience(_("“全市”已包含所有组织，不能再同时选择其他组织。"))
    named = [one for one in chosen if one.kind in CITY_CHOICES and one.is_active and city.contains(one)]
    outside = set(chosen).difference(named)
    if outside:
        names = "、".join(sorted(str(one) for one in outside))
        raise WrongAudience(_("只能选择在用的街道、社区或单位，请去掉：%(names)s。") % {"names": names})


def check_terms(task: Task) -> None:
    """Whether what the task offers is sound by itself. Raises the Refusal of the first broken rule."""
    check_words(task)
    check_part(task)
    if not task.item.is_active:
        raise ItemNotOffered(_("“%(item)s”已停用。请在服务事项目录中另选一项。") % {"item": task.item})
    # Above the range is for the city to review, below it is nothing.
    check_flags(task.item, task.flags, offered=task.flags)
    if task.capacity < 1:
        raise CapacityTooSmall(_("名额至少为 1。"))
    if task.ends_at <= task.starts_at:
        raise TimesOutOfOrder(
            _("结束时间须晚于开始时间（%(start)s）。") % {"start": format_moment(task.starts_at)}
        )
    check_sessions(task)
    check_minutes(task, task.minutes)
    if task.signup_closes_at <= task.signup_opens_at:
        raise TimesOutOfOrder(_("接单截止须晚于接单开始。"))
    if task.signup_closes_at > task.ends_at:
        raise TimesOutOfOrder(
            _("接单截止不能晚于任务结束（%(end)s）。") % {"end": format_moment(task.ends_at)}
        )


# Every free text of a task that members or the public read.
WORDS = ("title", "text", "place", "organiser_name", "wanted_skills", "risk_note")


def check_words(task: Task) -> None:
    """Raises PersonalDataInTask where one of them holds a number that leads to a person.

    A house number is asked about by the form: it may be a public place.
    """
    labels = {field.name: str(field.verbose_name) for field in task._meta.concrete_fields}
    for name in WORDS:
        check_text(getattr(task, name), labels[name], field=name, kinds=personal_data.FORBIDDEN)


def check_sessions(task: Task) -> None:
    """Nobody serves for days on end: what spans more than 12 hours is a session a day."""
    length = session_length(task)
    if not 1 <= task.sessions <= MOST_SESSIONS:
        raise TooLong(_("天数须在 1 到 %(most)d 之间。更长的服务请分成几项任务。") % {"most": MOST_SESSIONS})
    if length > LONGEST_SESSION:
        raise TooLong(
            _(
                "从开始到结束一次超过 12 小时。如果是几天里每天同一时段，请填“天数”，"
                "结束时间填最后一天的；否则请改时间。"
            )
        )
    if length <= dt.timedelta(0):
        raise TooLong(
            _("按 %(days)d 天算，每天的结束时间早于开始时间。结束时间请填最后一天的，天数请核对。")
            % {"days": task.sessions}
        )


def check_not_begun(task: Task, now: dt.datetime) -> None:
    """Nothing is published into the past, nor a year that is over: nobody could come."""
    if task.starts_at <= now:
        raise TooLate(
            _("开始时间 %(start)s 已过，不能再发布。请改开始时间；已经办完的服务请用“补记”录入。")
            % {"start": format_moment(task.starts_at)}
        )


def check_publishable(task: Task, now: dt.datetime) -> None:
    if not task.is_draft:
        raise WrongState(_("只有草稿可以发布，这项任务是“%(state)s”。") % {"state": task.get_state_display()})
    check_whole_published(task)
    check_not_begun(task, now)
    if Task.SIGN_UP.is_over(task, now):
        raise TooLate(
            _("接单截止时间 %(close)s 已过，发布后没有人能接单。请先修改时间。")
            % {"close": format_moment(task.signup_closes_at)}
        )


def check_editable(task: Task, now: dt.datetime) -> None:
    check_not_muster(task)
    if task.is_in_review:
        raise WrongState(_("任务正在市里审核，不能修改。请先撤回送审，改好再发布。"))
    if not task.is_changeable:
        raise WrongState(_("任务是“%(state)s”，不能再修改。") % {"state": task.get_state_display()})
    if task.is_published and now >= task.ends_at:
        raise TooLate(_("任务已于 %(end)s 结束，不能再修改。") % {"end": format_moment(task.ends_at)})


def check_unchanged(latest: int | None, seen: int | None) -> None:
    """The form shows what is stored; who saves an older one would undo a colleague's change unseen."""
    if seen is not None and seen != latest:
        raise ChangedMeanwhile(_("您填写时同事已修改了这项任务，没有保存。请重新打开修改页面，核对后再改。"))


def check_not_frozen(task: Task, changed: Collection[str]) -> None:
    """Flags, minutes and service item stay as they were from the first claim on (DOMAIN 4.3)."""
    if set(changed).isdisjoint(FROZEN):
        return
    if task.places_taken or task.claims.exists():
        raise TermsFrozen(_("已有党员接单，服务事项、红旗和时长不能再改。如确需调整，请取消后重新发布。"))


def check_no_review(found: Collection[Finding]) -> None:
    """What is out already cannot become what the city would have looked at first."""
    if stops(found):
        raise NeedsReview(
            _("%(findings)s 改成这样须先由市里审核，已发布的任务不能直接改。请复制为新任务送审，或改回来。")
            % {"findings": in_words(found)}
        )


def check_clashes(clashes: Iterable[Claim], *, seen: bool) -> None:
    """Who publishes knows whom another time puts in two places, before it holds."""
    names = [str(claim.member) for claim in clashes]
    if names and not seen:
        raise HoldersClash(
            _(
                "新的时间与 %(count)d 位党员已接的其他任务重叠：%(names)s。"
                "请另选时间；确实要改请勾选确认，他们会收到通知，可以退出其中一项。"
            )
            % {"count": len(names), "names": "、".join(names[:NAMED])}
        )


def check_capacity(task: Task, capacity: int) -> None:
    if capacity < task.places_taken:
        raise CapacityTooSmall(
            _("已有 %(taken)d 人接单，名额不能少于这个数。") % {"taken": task.places_taken}
        )


def check_cancellable(task: Task) -> None:
    if not task.is_cancellable:
        raise WrongState(_("任务是“%(state)s”，不能取消。") % {"state": task.get_state_display()})
    if task.claims.filter(state=Claim.State.VERIFIED).exists():
        raise HasVerdicts(_("已有党员的服务被认定，任务不能取消。如认定有误，请先撤销认定。"))


def is_cancellable(task: Task) -> bool:
    try:
        check_not_muster(task)
        check_cancellable(task)
    except Refusal:
        return False
    return True
