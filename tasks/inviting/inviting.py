"""Asking members to take a place. Saying yes to it is claiming: `tasks.claiming.invited`."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.policy.policies import policy_for
from members.models import Member, User
from members.models.people import MemberQuerySet
from tasks.claiming.rules import Limits, Standing, check_claim
from tasks.inviting import messages
from tasks.inviting.rules import (
    InvitedAlready,
    NotAnswerable,
    answer_obstacle,
    asked_lately,
    check_chosen,
    check_inviting,
    check_not_too_often,
    check_reachable,
)
from tasks.models import Invitation, InvitationEvent, Task
from tasks.models.applicant import Applicant
from tasks.models.audience import in_reach
from tasks.rights import demand, may_invite
from xianfeng.lib.refusal import Refusal, check_reason
from xianfeng.lib.times import local_year
from xianfeng.lib.transitions import move, move_all, record

State = Invitation.State


@dataclass
class Outcome:
    """Who was asked, and who was not and why: names by reason."""

    invited: list[Invitation] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@transaction.atomic
def invite(
    task: Task,
    chosen: Collection[int],
    *,
    by: User,
    reasons: Mapping[int, str] | None = None,
    guests_until: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> Outcome:
    """Ask these members, by id, to take a place; each is weighed by the rules that they would meet.

    `guests_until` invites across communities, until then: for the plan of a balance only. One who may not
    be asked stops nobody else. Raises PermissionDenied, the refusals of an open task, NobodyChosen,
    TooManyAtOnce.
    """
    at = now or timezone.now()
    is_guest = guests_until is not None
    desk = check_inviting(task, by, at, guests=is_guest)
    check_chosen(chosen)
    people = Member.objects.visible_to(by).registered() if is_guest else askable(task, by)
    people = people.filter(pk__in=chosen)
    Member.objects.filter(pk__in=chosen).hold()  # two desks that ask one person at once count each other's
    asking, outcome = Asking.begin(task, chosen, by, at), Outcome()
    until = min(filter(None, (task.signup_closes_at, guests_until)))
    for member in people.select_related("user").order_by("pinyin", "pk"):
        try:
            asking.check(member)
        except Refusal as refusal:
            outcome.left_out[refusal.message].append(member.name)
        else:
            outcome.invited.append(
                Invitation(
                    task=task,
                    member=member,
                    by=by,
                    organization=desk.organization,
                    reasons=(reasons or {}).get(member.pk, ""),
                    is_guest=is_guest,
                    invited_at=at,
                    answer_by=until,
                )
            )
    Invitation.objects.bulk_create(outcome.invited)
    record(outcome.invited, event=InvitationEvent, by=by, at=at)
    messages.tell_invited(task, outcome.invited)
    return outcome


def askable(task: Task, by: User) -> MemberQuerySet:
    """The desk's own registered people whom the task reaches."""
    people = Member.objects.visible_to(by).registered().filter(in_reach(task.audience.all()))
    return people.filter(in_reach(task.parent.audience.all())) if task.parent else people


@dataclass(frozen=True)
class Asking:
    """What the rules need to know of a task and a month, read once for all who are chosen."""

    task: Task
    by: User
    now: dt.datetime
    limits: Limits
    most: int
    asked: Mapping[int, int]
    invited: Collection[int]

    @classmethod
    def begin(cls, task: Task, chosen: Collection[int], by: User, now: dt.datetime) -> "Asking":
        invited = set(task.invitations.filter(member__in=chosen).values_list("member", flat=True))
        policy, asked = policy_for(local_year(now)), asked_lately(chosen, now)
        return cls(task, by, now, Limits.of(policy), policy.invitations_per_month, asked, invited)

    def check(self, member: Member) -> None:
        """Raises InvitedAlready, WithoutAccount, AskedTooOften, and what stands in the way of a place."""
        if self.by.is_same_person(member):
            raise InvitedAlready(_("是您本人，直接接单即可"))
        if member.pk in self.invited:
            raise InvitedAlready(_("已经邀请过"))
        check_reachable(member)
        check_not_too_often(self.asked.get(member.pk, 0), self.most)
        opens = max(self.now, self.task.signup_opens_at)
        standing = Standing.of(Applicant.of(member), self.limits, self.now)
        check_claim(self.task, standing, opens, in_audience=True)


@transaction.atomic
def decline(invitation: Invitation, *, by: User, now: dt.datetime | None = None) -> None:
    """Without a reason and without a consequence; nobody is told. Twice says no more than once.

    Raises NotAnswerable, PermissionDenied for anybody but the member.
    """
    at = now or timezone.now()
    demand(invitation.member.user_id == by.pk)
    if invitation.is_declined:
        return
    if obstacle := answer_obstacle(invitation, at):
        raise obstacle
    move(
        invitation,
        State.DECLINED,
        allowed={State.SENT},
        event=InvitationEvent,
        by=by,
        at=at,
        refusal=overtaken,
    )


@transaction.atomic
def recall(task: Task, *, by: User, reason: str, now: dt.datetime | None = None) -> int:
    """Take back what nobody answered yet: the wrong people, or the wrong task. How many that were.

    Each is told and keeps the right to claim like anyone; a guest has none without it.
    """
    at = now or timezone.now()
    demand(may_invite(by, task))
    why = check_reason(reason)
    sent = Invitation.objects.visible_to(by).filter(task=task, state=State.SENT)
    rows = list(sent.select_related("member__user").select_for_update(of=("self",)))
    move_all(
        rows,
        State.RECALLED,
        allowed={State.SENT},
        event=InvitationEvent,
        by=by,
        at=at,
        note=why,
        refusal=overtaken,
    )
    messages.tell_recalled(task, rows, why)
    return len(rows)


def overtaken() -> NotAnswerable:
    return NotAnswerable(_("邀请刚刚有了变化。请刷新页面再看。"))
