"""The month's plan: made anew at any time, sent row by row, by a person."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import require
from members.models import Member, User
from tasks.balancing import messages
from tasks.balancing.figures import (
    Balance,
    Figures,
    Month,
    balance,
    coming_tasks,
    community_of,
    may_be_asked,
    short_people,
)
from tasks.balancing.flows import Flow, Plan, solve
from tasks.balancing.ways import Ways
from tasks.inviting import inviting
from tasks.inviting.rules import MOST_AT_ONCE
from tasks.matching.ranking import Fit, fits
from tasks.models import BalanceRow, BalanceRowEvent, Task
from tasks.models.applicant import Applicant
from xianfeng.lib.refusal import Refusal, check_reason
from xianfeng.lib.times import at, next_month
from xianfeng.lib.transitions import move, move_all, record

State = BalanceRow.State


class RowMoved(Refusal):
    code = "row_moved"


class NobodyToAsk(Refusal):
    code = "nobody_to_ask"


@dataclass(frozen=True)
class Reckoning:
    """A month's figures, the plan that follows from them, and why each of its flows."""

    balance: Balance
    plan: Plan
    ways: Ways

    def flows(self) -> Iterator[tuple[Figures, Figures, Flow, str]]:
        """Whose people, to whom, how many, and why; the largest first."""
        by_id = {row.community.pk: row for row in self.balance.communities}
        for flow in sorted(self.plan.flows, key=lambda one: (-one.places, one.steps, one.origin, one.host)):
            origin, host = by_id[flow.origin], by_id[flow.host]
            yield origin, host, flow, self.why(origin, host)

    def why(self, origin: Figures, host: Figures) -> str:
        return _("%(origin)s缺 %(lacking)d 个名额，%(host)s余 %(spare)d 个；%(way)s。") % {
            "origin": origin.community,
            "lacking": origin.lacking,
            "host": host.community,
            "spare": host.spare,
            "way": self.ways.in_words(origin.community.pk, host.community.pk),
        }


def reckon(month: Month) -> Reckoning:
    """Nothing is written. The communities' figures, and the cheapest plan for them."""
    found = balance(month)
    ways = Ways.between([row.community for row in found.communities])
    plan = solve([row.place() for row in found.communities], found.pools, ways.steps)
    return Reckoning(found, plan, ways)


@transaction.atomic
def make(month: Month, *, by: User) -> list[BalanceRow]:
    """Put a new plan in the place of what was not sent of the last one. Raises PermissionDenied."""
    require(by, "balance.plan")
    old = list(BalanceRow.objects.open().filter(month=month.first).select_for_update())
    move_all(
        old, State.REPLACED, allowed=State.OPEN, event=BalanceRowEvent, by=by, at=month.now, refusal=overtaken
    )
    rows = [
        BalanceRow(
            month=month.first,
            origin=origin.community,
            host=host.community,
            places=flow.places,
            reason=why,
            ends_on=last_day(month),
            made_by=by,
            made_at=month.now,
        )
        for origin, host, flow, why in reckon(month).flows()
    ]
    BalanceRow.objects.bulk_create(rows)
    record(rows, event=BalanceRowEvent, by=by, at=month.now)
    return rows


def last_day(month: Month) -> dt.date:
    return next_month(month.first) - dt.timedelta(days=1)


@dataclass(frozen=True)
class Proposal:
    """Whom a row would ask for which task, and why."""

    member: Member
    fit: Fit


def proposals(row: BalanceRow, month: Month) -> list[Proposal]:
    """One for each place: the people with most flags missing, each for the task that fits best.

    No task gets more than it has places; nobody is proposed whom nothing fits in time.
    """
    left = {task: task.places_left for task in coming_tasks(month) if community_of(task) == row.host_id}
    found: list[Proposal] = []
    for member in people_of(row, month):
        if len(found) == row.places:
            break
        if fit := best_fit(member, [task for task, places in left.items() if places]):
            left[fit.task] -= 1
            found.append(Proposal(member, fit))
    return found


def people_of(row: BalanceRow, month: Month) -> list[Member]:
    """Of the origin, who may be asked; who lacks most first, twice as many as there are places."""
    short = short_people(month, worth=1).filter(may_be_asked(month), member__community=row.origin)
    wanted = short.select_related("member__unit").order_by("-lacks", "member__pk")[: 2 * row.places]
    return [result.member for result in wanted]


def best_fit(member: Member, tasks: Sequence[Task]) -> Fit | None:
    """What suits best; where nothing does, what begins first."""
    return next(iter(fits(tasks, Applicant.of(member))), None)


@dataclass(frozen=True)
class Sent:
    invited: int
    left_out: Mapping[str, Sequence[str]]


@transaction.atomic
def send(row: BalanceRow, month: Month, *, by: User) -> Sent:
    """Ask the proposed people, each for their task, until the row's last day; the host and origin are told.

    Raises PermissionDenied, RowMoved, NobodyToAsk.
    """
    require(by, "balance.plan")
    move(row, State.SENT, allowed=State.OPEN, event=BalanceRowEvent, by=by, at=month.now, refusal=overtaken)
    until = at(row.ends_on, 0) + dt.timedelta(days=1)
    invited, left_out = 0, dict[str, list[str]]()
    by_task: dict[Task, dict[int, str]] = {}
    for proposal in proposals(row, month):
        by_task.setdefault(proposal.fit.task, {})[proposal.member.pk] = "、".join(proposal.fit.reasons)
    for task, people in by_task.items():
        for some in batched(people.items(), MOST_AT_ONCE, strict=False):
            outcome = inviting.invite(
                task, dict(some), by=by, reasons=dict(some), guests_until=until, now=month.now
            )
            invited += len(outcome.invited)
            left_out |= outcome.left_out
    if not invited:
        raise NobodyToAsk(
            _("没有可以邀请的人：时间冲突、没有账号，或邀请已达上限。请重新测算，或不采用这一行。")
        )
    messages.tell_sent(row, invited)
    return Sent(invited, left_out)


@transaction.atomic
def drop(row: BalanceRow, *, reason: str, by: User) -> None:
    """Leave a row out of the plan, and say why. Raises PermissionDenied, ReasonNeeded, RowMoved."""
    require(by, "balance.plan")
    why = check_reason(reason, told=_("记在平衡方案里"))
    move(row, State.DROPPED, allowed=State.OPEN, event=BalanceRowEvent, by=by, note=why, refusal=overtaken)


def overtaken() -> RowMoved:
    return RowMoved(_("这一行刚被处理过。请刷新页面查看最新状态。"))
