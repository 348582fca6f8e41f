"""What verification refuses, and why."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from flags.policy.policies import policy_for
from members.models import User
from tasks.models import Claim, Task, Verification
from tasks.models.claim import ClaimQuerySet
from tasks.models.sessions import DAY
from tasks.rules import NotPresent, check_flags, check_minutes, check_text
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import at, format_moment, local_date, local_year


class NotEnded(Refusal):
    code = "not_ended"


class NeedsSecondPerson(Refusal):
    code = "needs_second_person"


class NothingDecided(Refusal):
    code = "nothing_decided"


def check_ended(task: Task, now: dt.datetime) -> None:
    if now < task.ends_at:
        raise NotEnded(_("任务于 %(end)s 结束，之后才能认定。") % {"end": format_moment(task.ends_at)})


def check_decided(decisions: Collection[object], *, has_open: bool) -> None:
    if has_open and not decisions:
        raise NothingDecided(_("还没有选择任何认定结果。请先为到场的党员选择等次，或标记未到场。"))


def check_grade(claim: Claim, grade: str, flags: int, task: Task) -> None:
    """A flag needs somebody who was there; who was there is no no-show."""
    if grade == Verification.Grade.NO_SHOW:
        if claim.was_present:
            raise NotPresent(_("%(name)s已签到，不能认定为未到场。") % {"name": claim.member})
        return
    if grade == Verification.Grade.DENIED:
        return
    if not claim.was_present:
        raise NotPresent(_("%(name)s没有到场记录，不能亮旗。请先记录签到。") % {"name": claim.member})
    check_flags(task.item, flags, claim.member, offered=task.flags)


def check_note(claim: Claim, note: str) -> None:
    """It goes into the ledger for good; the member's unit reads it."""
    check_text(note, _("%(name)s的说明") % {"name": claim.member}, field="note")


def check_second_person(task: Task, claims: Iterable[Claim], by: User) -> None:
    """Of many people on paper lists, who entered them does not also light their flags."""
    if not any(by.is_oneself(claim.entered_by_id) for claim in claims):
        return
    alone = policy_for(local_year(task.starts_at)).late_entries_alone
    count = entered_with(task, by).count()
    if count > alone:
        raise NeedsSecondPerson(
            _(
                "这项任务和您为同一天补记的其他任务，一共补记了 %(count)d 人次，"
                "超过 %(alone)d 人次的须由另一位同事认定，不能由补记人自己认定。"
            )
            % {"count": count, "alone": alone}
        )


def entered_with(task: Task, by: User) -> ClaimQuerySet:
    """Whoever was entered on the task, and whom the same person entered for service of the same days.

    So one event counts as one, in however many tasks or sittings its list was entered.
    """
    first, last = local_date(task.starts_at), local_date(task.ends_at)
    same_days = Q(task__starts_at__lt=at(last, 0) + DAY, task__ends_at__gte=at(first, 0))
    return (
        Claim.objects.entered().holding().filter(Q(task=task) | Q(entered_by__in=by.own_accounts) & same_days)
    )


def check_service(task: Task, claim: Claim, grade: str, minutes: int, bonus: int) -> None:
    """Hours are true: what lies above the task's span is the bonus of its grade, and no more."""
    extra = bonus if grade == Verification.Grade.EXCELLENT else 0
    check_minutes(task, minutes, bonus=extra, who=claim.member)
