"""What several errands ask of a task."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from flags.policy.policies import policy_for
from members.models import User
from tasks.models import Claim, ServiceItem, Task
from tasks.models.sessions import MOST_SESSIONS, SESSION_MINUTES
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment, local_year

# Beyond these a figure is a slip of the finger.
MAX_MINUTES = MOST_SESSIONS * SESSION_MINUTES
MAX_FLAGS = 99


class FlagsOutOfRange(Refusal):
    code, field = "flags_out_of_range", "flags"


class TooManyMinutes(Refusal):
    code, field = "too_many_minutes", "minutes"


class PersonalDataInTask(Refusal):
    code = "personal_data"


class WrongState(Refusal):
    code = "wrong_state"


class AnsweredElsewhere(Refusal):
    code = "muster"


class RunAsMuster(Refusal):
    code = "run_as_muster"


class UnknownClaim(Refusal):
    code = "unknown_claim"


class NotBegun(Refusal):
    code = "not_begun"


class OwnClaim(Refusal):
    code = "own_claim"


class NotPresent(Refusal):
    code = "not_present"


def check_text(
    text: str, label: str, *, field: str, kinds: Collection[str] = personal_data.LABELS.keys()
) -> None:
    """What others read leads to no person. Raises PersonalDataInTask where it holds one of the `kinds`."""
    found = [each for each in personal_data.find(text) if each.kind in kinds]
    if found:
        raise PersonalDataInTask(
            _(
                "“%(label)s”大家都能看到，请去掉其中的%(what)s“%(text)s”；居民的联系方式写在心愿里，只给接单的党员看。"
            )
            % {"label": label, "what": found[0].label, "text": found[0].text},
            field=field,
        )


def check_flags(item: ServiceItem, flags: int, who: object = "", *, offered: int = 0) -> None:
    """Flags lie in the item's range, which goes up to what the city let out as `offered`.

    `who` names the member in the message, where it is about one.
    """
    most = max(item.max_flags, offered)
    if not item.min_flags <= flags <= most:
        raise FlagsOutOfRange(
            (f"{who}：" if who else "")
            + _("“%(item)s”可授 %(least)d 至 %(most)d 面红旗，不能填 %(flags)d。请改到范围内。")
            % {"item": item, "least": item.min_flags, "most": most, "flags": flags}
        )


def bonus_of(task: Task) -> int:
    """Minutes that the year's rules add for 很好."""
    return policy_for(local_year(task.starts_at)).bonus_minutes_excellent


def check_minutes(task: Task, minutes: int, *, bonus: int = 0, who: object = "") -> None:
    """Nobody serves longer than the task lasts; `bonus` is what the grade adds (DOMAIN 4.4)."""
    most = task.longest_service
    if minutes > most + bonus:
        raise TooManyMinutes(
            (f"{who}：" if who else "")
            + _("任务从开始到结束一共 %(most)d 分钟，服务时长不能填 %(minutes)d 分钟。请改到范围内。")
            % {"most": most, "minutes": minutes - bonus}
        )


def check_published(task: Task) -> None:
    if not task.is_published:
        raise WrongState(
            _("任务是“%(state)s”，没有待处理的签到或认定。") % {"state": task.get_state_display()}
        )


def check_not_muster(task: Task) -> None:
    """What the whole audience was called to is changed and ended where they all hear of it."""
    if task.is_muster:
        raise RunAsMuster(
            _(
                "这是应急集结，请到“应急集结”页面办理：改人数、延长、撤销误报和解除都在那里，被集结的人会收到通知。"
            )
        )


def check_ordinary(task: Task) -> None:
    """A muster's answer is more than a place: `tasks.mustering.answering`."""
    if task.is_muster:
        raise AnsweredElsewhere(_("这是应急集结，不在这里接单。请打开首页上方的集结通知，点“参加”。"))


def check_begun(task: Task, now: dt.datetime) -> None:
    """Nobody was anywhere before the start."""
    if now < task.starts_at:
        raise NotBegun(
            _("任务于 %(start)s 开始，到时才能记录签到。") % {"start": format_moment(task.starts_at)}
        )


def check_not_own(claims: Iterable[Claim], by: User) -> None:
    """Publisher and beneficiary are never the same person (DOMAIN §3)."""
    if any(by.is_same_person(claim.member) for claim in claims):
        raise OwnClaim(_("不能为自己签到或认定，请由同事办理您本人的这一条。"))
