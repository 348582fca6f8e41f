"""What a team's claim refuses: of each named member, in words that a leader may know.

A leader has to know whom to name instead, and no more: how often somebody did not come, how many tasks
they took, how many flags they lack is their own. So all of these are one word; the reason in full, with its
figures, the member reads on the task's own page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Member, Team
from tasks.claiming import rules as claiming
from xianfeng.lib.refusal import Refusal

OWN_REASON = gettext_lazy("目前不能接这项任务，原因请本人登录后查看")
# What the leader may know, by the refusal's code; of every other one, that there is one.
IN_WORDS = {
    claiming.NotRegistered.code: gettext_lazy("还不是已报到的党员"),
    claiming.NotInAudience.code: gettext_lazy("不在任务面向的范围内"),
    claiming.AlreadyClaimed.code: gettext_lazy("已接这项任务"),
    claiming.OfferWaits.code: gettext_lazy("已有名额等本人确认"),
    claiming.OverlapsInTime.code: gettext_lazy("这段时间已有别的任务"),
    claiming.TaskFull.code: gettext_lazy("名额不够"),
}
# About the task and not about a person: said as they are, once.
OF_THE_TASK = {
    each.code
    for each in (claiming.NotPublished, claiming.TaskCancelled, claiming.WindowNotOpen, claiming.WindowOver)
}


class NobodyNamed(Refusal):
    code = "nobody_named"


class NotInTeam(Refusal):
    code = "not_in_team"


class TooNear(Refusal):
    code = "too_near"


class SomeRefused(Refusal):
    code = "some_refused"


@dataclass(frozen=True)
class Outcome:
    """What became of one named member; `why` is empty where a place is kept for them."""

    member: Member
    why: str = ""


def in_words(refusal: Refusal) -> str:
    return str(IN_WORDS.get(refusal.code, OWN_REASON))


def check_named(named: set[int], found: Sequence[Member], team: Team) -> None:
    """Only who serves in the team today."""
    if not named:
        raise NobodyNamed(_("还没有选择队员。请至少选一位。"))
    if named != {member.pk for member in found}:
        raise NotInTeam(_("选的人里有的已不在“%(team)s”。请刷新页面重新选择。") % {"team": team})


def check_all(outcomes: Sequence[Outcome]) -> None:
    """For who wants all or nobody."""
    refused = [one for one in outcomes if one.why]
    if refused:
        who = "；".join(f"{one.member}：{one.why}" for one in refused)
        raise SomeRefused(
            _("没有接单，因为您选了“全部成功才接”：%(who)s。请换人，或改选“能接几个接几个”。") % {"who": who}
        )


def too_near() -> TooNear:
    return TooNear(_("离接单截止不到 6 小时，来不及等队员一个个确认。请队员各自接单。"))
