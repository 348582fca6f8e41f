"""Whom one may ask to take a place, and how often: an invitation binds nobody (志愿服务条例)."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import Count
from django.utils.translation import gettext as _

from flags.policy.policies import policy_for
from members.access import require
from members.models import Appointment, Member, User
from tasks.claiming.rules import check_free_place, check_open
from tasks.models import Invitation, Task
from tasks.rights import demand, may_invite, may_invite_guests
from tasks.rules import check_not_muster
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import local_year

MONTH = dt.timedelta(days=30)
MOST_AT_ONCE = 50


class NobodyChosen(Refusal):
    code, field = "nobody_chosen", "members"


class TooManyAtOnce(Refusal):
    code, field = "too_many_at_once", "members"


class AskedTooOften(Refusal):
    code = "asked_too_often"


class InvitedAlready(Refusal):
    code = "invited_already"


class WithoutAccount(Refusal):
    code = "without_account"


class NotAnswerable(Refusal):
    code = "not_answerable"


def check_inviting(task: Task, by: User, now: dt.datetime, *, guests: bool) -> Appointment:
    """The desk that asks. Raises PermissionDenied, and what claiming would: nobody is asked to take what is
    not there.
    """
    desk = require(by, "tasks.publish")
    demand(may_invite_guests(by, task) if guests else may_invite(by, task))
    check_not_muster(task)
    if now < task.signup_opens_at:  # they may be asked beforehand
        now = task.signup_opens_at
    check_open(task, now)
    check_free_place(task)
    return desk


def check_chosen(chosen: Collection[int]) -> None:
    if not chosen:
        raise NobodyChosen(_("请先勾选要邀请的党员。"))
    if len(chosen) > MOST_AT_ONCE:
        raise TooManyAtOnce(
            _("一次最多邀请 %(most)d 人，您勾选了 %(count)d 人。请分几次邀请。")
            % {"most": MOST_AT_ONCE, "count": len(chosen)}
        )


def most_a_month(now: dt.datetime) -> int:
    """How many invitations one member gets in any 30 days; zero means no limit."""
    return policy_for(local_year(now)).invitations_per_month


def asked_lately(members: Collection[int], now: dt.datetime) -> Mapping[int, int]:
    """Invitations of the last 30 days by member, from whomever; one that was taken back was one too."""
    recent = Invitation.objects.filter(member__in=members, invited_at__gt=now - MONTH)
    return dict(recent.order_by().values_list("member").annotate(Count("pk")))


def check_not_too_often(count: int, most: int) -> None:
    if most and count >= most:
        raise AskedTooOften(_("近30天已邀请 %(count)d 次，最多 %(most)d 次") % {"count": count, "most": most})


def check_reachable(member: Member) -> None:
    if member.user_id is None:
        raise WithoutAccount(_("还没有账号，收不到邀请"))


def answer_obstacle(invitation: Invitation, now: dt.datetime) -> Refusal | None:
    """Why there is nothing to decline any more."""
    if invitation.state == Invitation.State.RECALLED:
        return NotAnswerable(_("邀请已撤销，不用答复。"))
    if invitation.state == Invitation.State.ACCEPTED:
        return NotAnswerable(_("您已应邀接单。不能参加的，请在任务页退出。"))
    if invitation.answer_by <= now:
        return NotAnswerable(_("邀请已过期，不用答复。"))
    return None
