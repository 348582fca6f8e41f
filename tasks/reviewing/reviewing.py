"""Tasks that the city looks at before they go out: asking for it, deciding, taking it back."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from tasks.models import Screening, Task
from tasks.moving import move, moved_on, offer
from tasks.reviewing import messages, rules
from tasks.rights import check_publisher
from tasks.rules import check_text
from tasks.scope.screening import Finding, check_insisted, in_words
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.times import local_date
from xianfeng.lib.workdays import add_working_days

State, Outcome = Task.State, Screening.Outcome
ANSWER_WITHIN = 2  # working days


@transaction.atomic
def submit(task: Task, found: Collection[Finding], *, said: str, by: User, at: dt.datetime) -> Screening:
    """Send a draft to the city instead of publishing it. Raises NoReviewer, WrongState."""
    rules.check_reviewer_exists(task, by)
    due = add_working_days(local_date(at), ANSWER_WITHIN)
    move(task, State.IN_REVIEW, by=by, at=at, note=said)
    screening = _write(task, found, Outcome.WAITING, said=said, by=by, at=at, due=due)
    messages.tell_city(screening)
    return screening


def insist(task: Task, found: Collection[Finding], *, said: str, by: User, at: dt.datetime) -> str:
    """Its publisher was warned and publishes all the same: the line for its history.

    Raises ScopeWarned without a reason.
    """
    why = check_insisted(found, said)
    if not found:
        return ""
    _write(task, found, Outcome.INSISTED, said=why, by=by, at=at)
    return _("提醒后仍发布：%(reason)s") % {"reason": why}


def note_late(task: Task, found: Collection[Finding], *, by: User, at: dt.datetime) -> None:
    """A record of service past goes through no review: it counts as published despite a warning."""
    if found:
        _write(task, found, Outcome.INSISTED, said=str(_("补记")), by=by, at=at)


def _write(
    task: Task, found: Collection[Finding], outcome: str, *, said: str, by: User, at: dt.datetime, **more: Any
) -> Screening:
    check_text(said, _("说明"), field="insist", kinds=personal_data.FORBIDDEN)
    keys, findings = [one.key for one in found], in_words(found)
    return Screening.objects.create(
        task=task, keys=keys, findings=findings, said=check_length(said), outcome=outcome, asked_by=by,
        asked_at=at, **more,
    )  # fmt: skip


def check_length(said: str) -> str:
    """Like a reason, but it may be empty."""
    return check_reason(said, least=0)


@transaction.atomic
def approve(task: Task, *, by: User, note: str = "", now: dt.datetime | None = None) -> Task:
    """Let it out; a sign-up window that began meanwhile is moved by the time it waited.

    Raises AlreadyDecided, OwnTask, StartPassed; WrongState where its wish was decided otherwise meanwhile.
    """
    at = now or timezone.now()
    screening = _taken_up(task, by)
    said = _checked(note, least=0)
    rules.check_not_begun(screening.task, at)
    _decide(screening, Outcome.PASSED, by=by, at=at, note=said)
    offer(screening.task, by=by, at=at, note=said or _("市里审核通过"), **window_from(screening.task, at))
    messages.tell_passed(screening)
    return screening.task


def window_from(task: Task, at: dt.datetime) -> dict[str, dt.datetime]:
    """As long a sign-up as was planned, as far as there is time until the end of it all."""
    late = at - task.signup_opens_at
    if late <= dt.timedelta(0):
        return {}
    closes = max(task.signup_closes_at, min(task.signup_closes_at + late, task.starts_at))
    return {"signup_opens_at": at, "signup_closes_at": closes}


@transaction.atomic
def send_back(task: Task, *, reason: str, by: User, now: dt.datetime | None = None) -> Task:
    """A draft again, with the reason. Raises AlreadyDecided, OwnTask, ReasonNeeded."""
    at = now or timezone.now()
    screening = _taken_up(task, by)
    why = _checked(reason, least=4)
    _decide(screening, Outcome.RETURNED, by=by, at=at, note=why)
    move(screening.task, State.DRAFT, by=by, at=at, note=_("市里退回：%(reason)s") % {"reason": why})
    messages.tell_returned(screening)
    return screening.task


def _taken_up(task: Task, by: User) -> Screening:
    rules.demand_reviewer(by, task)
    screening = rules.check_waiting(waiting_of(task))
    rules.check_not_own(screening, by)
    return screening


def waiting_of(task: Task) -> Screening | None:
    """Held until the end of the transaction: two officers queue."""
    rows = Screening.objects.open().filter(task=task).select_related("task__publisher", "task__wish")
    return rows.select_for_update(of=("self",)).first()


def _checked(reason: str, *, least: int) -> str:
    why = check_reason(reason, least=least, told=_("发布人会看到"))
    check_text(why, _("原因"), field="reason", kinds=personal_data.FORBIDDEN)
    return why


def _decide(screening: Screening, outcome: str, *, by: User | None, at: dt.datetime, note: str) -> None:
    """By the state it was seen in: who comes second finds it gone."""
    fields = {"outcome": outcome, "decided_by": by, "decided_at": at, "note": note}
    if Screening.objects.open().filter(pk=screening.pk).update(**fields) != 1:
        raise moved_on()
    for name, value in fields.items():
        setattr(screening, name, value)


@transaction.atomic
def take_back(task: Task, *, by: User, now: dt.datetime | None = None) -> Task:
    """The publisher wants to change it first: a draft again. Raises WrongState, AlreadyDecided."""
    at = now or timezone.now()
    check_publisher(by, task.publisher)
    rules.check_in_review(task)
    close(task, by=by, at=at)
    move(task, State.DRAFT, by=by, at=at, note=_("撤回送审"))
    return task


def close(task: Task, *, by: User, at: dt.datetime) -> None:
    """Nothing is asked any more of a task that is taken back or called off. Raises AlreadyDecided."""
    _decide(rules.check_waiting(waiting_of(task)), Outcome.TAKEN_BACK, by=by, at=at, note="")


@transaction.atomic
def expire(task_id: int, *, now: dt.datetime) -> bool:
    """Its start passed while it waited: a draft again, and its publisher is told. False where it did not."""
    task = Task.objects.get(pk=task_id)
    screening = waiting_of(task)
    if screening is None or not rules.is_too_late(screening.task, now):
        return False
    note = str(_("开始时间已过，市里还没有答复"))
    _decide(screening, Outcome.EXPIRED, by=None, at=now, note=note)
    move(screening.task, State.DRAFT, by=None, at=now, note=note)
    messages.tell_expired(screening)
    return True


def overtaken_by_the_clock(now: dt.datetime) -> list[int]:
    """Tasks that wait although they should have begun."""
    waiting = Task.objects.filter(state=State.IN_REVIEW, starts_at__lte=now)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
