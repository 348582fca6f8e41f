"""Places on tasks: taking one and giving it back. Never oversold, at any load.

Locks are taken in one order: member, then task, then claim. The member's row makes two tabs of one
person queue, so that personal limits are never passed twice; the task's row is touched last, by one
guarded statement, so that a hot task is locked for a moment only.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, User
from tasks.claiming import messages
from tasks.claiming.invited import accept
from tasks.claiming.leaving import Leaving, check_withdrawal, leaving_at
from tasks.claiming.offering import pass_on
from tasks.claiming.rules import (
    Limits,
    NotOwnClaim,
    NotWithdrawable,
    Standing,
    TaskFull,
    check_claim,
    check_open,
    check_unmoved,
    is_near,
)
from tasks.models import Claim, ClaimEvent, Task
from tasks.models.applicant import Applicant, columns
from tasks.models.audience import reaches
from tasks.models.invitation import invited
from tasks.models.sessions import TIMES, times_of
from xianfeng.lib.times import local_year
from xianfeng.lib.transitions import move

# All that is known of one person and one task, read in one round trip while the person's row is locked.
READ_OFFER = f"""
SELECT t.id, t.kind, t.title, t.state, t.cancel_reason, t.wish_id, t.publisher_id, t.parent_id,
    t.starts_at, t.ends_at, t.sessions, t.signup_opens_at, t.signup_closes_at, t.capacity, t.places_taken,
    {columns("m")}, {Limits.columns("p")}, {invited("i")}, {reaches("t", "m")} AS in_audience
FROM members_member m CROSS JOIN tasks_task t LEFT JOIN flags_policy p ON p.year = %(year)s
    LEFT JOIN tasks_invitation i ON i.task_id = t.id AND i.member_id = m.id
WHERE m.user_id = %(user)s AND t.id = %(task)s
"""  # noqa: S608  (the columns are named in our code)
# Of a part of a city task: whether the whole reaches the person too.
READ_WHOLE = f"""
SELECT {reaches("t", "m")} FROM members_member m CROSS JOIN tasks_task t
WHERE m.user_id = %(user)s AND t.id = %(task)s
"""  # noqa: S608  (the columns are named in our code)
# NO KEY: rows elsewhere that only refer to the member need not wait.
LOCK_MEMBER = "FOR NO KEY UPDATE OF m"

# The place is at the time that was checked against the person's other places.
AS_READ = " AND ".join(f"{name} = %({name})s" for name in TIMES)


def among(states: Collection[str]) -> str:
    """SQL: whether the claim that is there already stands in one of these states."""
    return f"tasks_claim.state IN ({', '.join(f"'{state}'" for state in sorted(states))})"


# A row that may start anew: given back, or in line for a place that anybody may take now.
ANEW = Claim.State.LEFT | {Claim.State.WAITING.value}
# The counter, the claim and its event in one round trip: the task's row lock is held no longer than
# that and the commit. Any row short and the transaction is rolled back by the caller.
TAKE_PLACE = f"""
WITH place AS (
    UPDATE tasks_task SET places_taken = places_taken + 1
    WHERE id = %(task)s AND {Task.SIGN_UP.sql} AND {Task.HAS_PLACE_SQL} AND {AS_READ}
    RETURNING id
), taken AS (
    INSERT INTO tasks_claim (task_id, member_id, state, claimed_at, presence, presence_method, report)
    SELECT id, %(member)s, %(claimed)s, %(now)s, '', '', '' FROM place
    ON CONFLICT (task_id, member_id)
    DO UPDATE SET state = %(claimed)s, claimed_at = EXCLUDED.claimed_at, team_id = NULL
    WHERE tasks_claim.state = %(before)s AND {among(ANEW)}
    RETURNING id
)
INSERT INTO tasks_claimevent (claim_id, at, by_id, from_state, to_state, note)
SELECT id, %(now)s, %(by)s, %(before)s, %(claimed)s, '' FROM taken
RETURNING claim_id
"""  # noqa: S608  (the columns are named in our code)


STATES = {
    "published": Task.State.PUBLISHED.value,
    "claimed": Claim.State.CLAIMED.value,
}


def claim(task_id: int, member: Member, *, by: User, now: dt.datetime | None = None) -> Claim:
    """Take a place for `member`, who acts themself: nobody is assigned (志愿服务条例).

    Raises Task.DoesNotExist and the refusals of `tasks.rules`.
    """
    if member.user_id != by.pk:
        raise NotOwnClaim(_("只能由党员本人接单。请让本人登录后接单。"))
    taken = claim_own(task_id, by=by, now=now)
    taken.member = member
    return taken


def claim_own(task_id: int, *, by: User, now: dt.datetime | None = None) -> Claim:
    """Take a place for the person who asks. A place given back earlier is taken on the same claim.

    Three statements: the offer, the person's other places, and the guarded write (five on SQLite); one more
    for a part of a city task.
    Raises Task.DoesNotExist, also for somebody who is not on the roster, and the refusals of `tasks.rules`.
    """
    at = now or timezone.now()
    with transaction.atomic():
        task = read_offer(task_id, by, at)
        applicant = Applicant.read_with(task)
        limits = Limits.read_with(task, at)
        standing = Standing.of(applicant, limits, at)
        check_claim(task, standing, at, in_audience=task.in_audience)  # type: ignore[attr-defined]
        earlier = standing.place_on(task_id)
        claim_id = take_place(task, applicant.id, by, at, before=earlier.state if earlier else "")
        if claim_id is None:
            raise missed(task, at)
        state = Claim.State.CLAIMED
        taken = Claim(pk=claim_id, task=task, member_id=applicant.id, state=state, claimed_at=at)
        if task.invitation_id:  # type: ignore[attr-defined]
            accept(task.invitation_id, by=by, now=at)  # type: ignore[attr-defined]
        tell(taken, limits, at)
    return taken


def tell(taken: Claim, limits: Limits, now: dt.datetime) -> None:
    """Of most claims nobody: they cost no statement more. For late ones and for a wish somebody waits."""
    if is_near(taken.task, limits, now):
        messages.tell_of_late_claim(taken.task, taken.member_id, now)
    if taken.task.wish_id:
        messages.tell_resident_of_claim(taken)


def read_offer(task_id: int, by: User, now: dt.datetime) -> Task:
    """The task, with what the rules need of the person and the year beside it; the person is locked."""
    lock = LOCK_MEMBER if connection.vendor == "postgresql" else ""  # SQLite has one writer at a time
    values = {"task": task_id, "user": by.pk, "year": local_year(now), "now": now}
    found = Task.objects.raw(READ_OFFER + lock, values)
    for task in found:
        if task.parent_id and task.in_audience:  # type: ignore[attr-defined]
            task.in_audience = whole_reaches(task.parent_id, by)  # type: ignore[attr-defined]
        task.in_audience = task.in_audience or bool(task.is_guest)  # type: ignore[attr-defined]
        return task
    raise Task.DoesNotExist


def whole_reaches(task_id: int, by: User) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(READ_WHOLE, {"task": task_id, "user": by.pk})
        return bool(cursor.fetchone()[0])


def lock(member: Member) -> None:
    """Hold the member's row until the end of the transaction."""
    Member.objects.select_for_update(no_key=True).filter(pk=member.pk).values_list("pk").get()


def take_place(task: Task, member_id: int, by: User, now: dt.datetime, *, before: str) -> int | None:
    """The guarded write on what was `before`. None where none was given; then the caller must roll back."""
    if connection.vendor != "postgresql":
        return take_place_in_steps(task, member_id, by, now, before=before)
    values: dict[str, Any] = {
        **STATES, **times_of(task), "task": task.pk, "member": member_id, "by": by.pk, "now": now,
        "before": before,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TAKE_PLACE, values)
        row = cursor.fetchone()
    return row[0] if row else None


def take_place_in_steps(task: Task, member_id: int, by: User, now: dt.datetime, *, before: str) -> int | None:
    """The same for SQLite, which knows no writing CTE; its IMMEDIATE transaction admits one writer."""
    offered = Task.objects.open_for_claims(now).with_free_places().filter(pk=task.pk, **times_of(task))
    if offered.update(places_taken=F("places_taken") + 1) != 1:
        return None
    if before:
        again = Claim.objects.filter(task=task, member=member_id, state=before).filter(state__in=ANEW)
        if again.update(state=Claim.State.CLAIMED, claimed_at=now, team=None) != 1:
            return None
        taken = Claim.objects.get(task=task, member=member_id)
    else:
        taken = Claim.objects.create(task=task, member_id=member_id, claimed_at=now)
    ClaimEvent.objects.create(claim=taken, at=now, by=by, from_state=before, to_state=Claim.State.CLAIMED)
    return taken.pk


def missed(read: Task, now: dt.datetime) -> Exception:
    """Why the guarded write found no place although the checks before it passed: somebody was faster."""
    task = Task.objects.get(pk=read.pk)
    check_open(task, now)
    check_unmoved(task, read)
    return TaskFull(
        _("%(capacity)s 个名额刚刚接完。可以排队候补，有人退出时按先后通知；也可以选择其他任务。")
        % {"capacity": task.capacity}
    )


def withdraw(claim: Claim, *, by: User, reason: str = "", now: dt.datetime | None = None) -> Claim:
    """Give the place back: freely until the policy's hours before the start, later with a reason.

    The next in line is offered it in the same transaction. Who leaves because the organiser set another time
    owes no reason. Raises NotOwnClaim, NotWithdrawable and ReasonNeeded.
    """
    at = now or timezone.now()
    if claim.member.user_id != by.pk:
        raise NotOwnClaim(_("只能由党员本人退出。请让本人登录后办理。"))
    with transaction.atomic():
        lock(claim.member)
        current = Claim.objects.select_related("task__publisher", "member").get(pk=claim.pk)
        limits = Limits.at(at)
        how = leaving_at(at, current, limits)
        why = check_withdrawal(current, how, limits, reason, at)
        if how == Leaving.EXCUSED:
            why = why or _("任务改了时间")
        free_place(current, at)
        # Task before claim, the order in which a cancellation takes them too.
        move(
            current,
            Claim.State.WITHDRAWN,
            allowed=Claim.State.OPEN,
            event=ClaimEvent,
            by=by,
            at=at,
            note=why,
            refusal=overtaken,
        )
        pass_on(current.task_id, at)
        messages.tell_of_withdrawal(current, how, why)
        messages.tell_resident_of_leaving(current)
    claim.state = Claim.State.WITHDRAWN
    return claim


def free_place(claim: Claim, now: dt.datetime) -> None:
    """Count it out of the task, while that has not begun. Raises NotWithdrawable."""
    task = Task.objects.filter(
        pk=claim.task_id, state=Task.State.PUBLISHED, starts_at__gt=now, places_taken__gt=0
    )
    if task.update(places_taken=F("places_taken") - 1) != 1:
        raise overtaken()


def overtaken() -> NotWithdrawable:
    return NotWithdrawable(_("任务刚刚有了变化，没有退出成功。请刷新页面查看最新状态。"))
