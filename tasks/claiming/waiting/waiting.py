"""The waiting list of a full task: getting in line, leaving it, and answering an offer.

All of it happens under the task's row, so nobody gets in line behind a place that has just come free.
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from tasks.claiming.claiming import among, lock, read_offer, tell
from tasks.claiming.offering import check_taker, locked, overtaken, pass_on, take_back
from tasks.claiming.rules import (
    Limits,
    NotOwnClaim,
    PlaceIsFree,
    Standing,
    check_full,
    check_not_begun,
    check_open,
    check_wait,
)
from tasks.claiming.waiting.rules import check_answerable, check_in_time, check_waiting
from tasks.models import Claim, ClaimEvent, Task
from tasks.models.applicant import Applicant
from xianfeng.lib.transitions import move

State = Claim.State
# The row of the full task is held, then the claim and its event follow: in one round trip, as a claim is.
GET_IN_LINE = f"""
WITH full_task AS (
    SELECT id FROM tasks_task
    WHERE id = %(task)s AND {Task.SIGN_UP.sql} AND starts_at > %(now)s AND NOT ({Task.HAS_PLACE_SQL})
    FOR NO KEY UPDATE
), waiting AS (
    INSERT INTO tasks_claim
        (task_id, member_id, state, claimed_at, waiting_since, presence, presence_method, report)
    SELECT id, %(member)s, %(waiting)s, %(now)s, %(now)s, '', '', '' FROM full_task
    ON CONFLICT (task_id, member_id) DO UPDATE
    SET state = %(waiting)s, claimed_at = EXCLUDED.claimed_at, waiting_since = EXCLUDED.waiting_since,
        team_id = NULL
    WHERE tasks_claim.state = %(before)s AND {among(State.LEFT)}
    RETURNING id
)
INSERT INTO tasks_claimevent (claim_id, at, by_id, from_state, to_state, note)
SELECT id, %(now)s, %(by)s, %(before)s, %(waiting)s, '' FROM waiting
RETURNING claim_id
"""  # noqa: S608  (the columns are named in our code)


def join(task_id: int, *, by: User, now: dt.datetime | None = None) -> Claim:
    """Get in line for the person who asks; a claim given back earlier waits on the same row.

    As many statements as a claim. Raises Task.DoesNotExist, the refusals of a claim, and PlaceIsFree.
    """
    at = now or timezone.now()
    with transaction.atomic():
        task = read_offer(task_id, by, at)
        applicant = Applicant.read_with(task)
        standing = Standing.of(applicant, Limits.read_with(task, at), at)
        check_wait(task, standing, at, in_audience=task.in_audience)  # type: ignore[attr-defined]
        earlier = standing.place_on(task_id)
        claim_id = get_in_line(task, applicant.id, by, at, before=earlier.state if earlier else "")
        if claim_id is None:
            raise missed(task, at)
    return Claim(pk=claim_id, task=task, member_id=applicant.id, state=State.WAITING, waiting_since=at)


def get_in_line(task: Task, member_id: int, by: User, now: dt.datetime, *, before: str) -> int | None:
    """None where the task is not full any more, or closed; then the caller must roll back."""
    if connection.vendor != "postgresql":
        return get_in_line_in_steps(task, member_id, by, now, before=before)
    values: dict[str, Any] = {
        "task": task.pk, "member": member_id, "by": by.pk, "now": now, "before": before,
        "waiting": State.WAITING.value,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(GET_IN_LINE, values)
        row = cursor.fetchone()
    return row[0] if row else None


def get_in_line_in_steps(
    task: Task, member_id: int, by: User, now: dt.datetime, *, before: str
) -> int | None:
    """The same for SQLite, whose transaction admits one writer."""
    if not Task.objects.open_for_claims(now).full().filter(pk=task.pk, starts_at__gt=now).exists():
        return None
    fields = {"state": State.WAITING, "claimed_at": now, "waiting_since": now}
    if before:
        again = Claim.objects.filter(task=task, member=member_id, state=before)
        if again.filter(state__in=State.LEFT).update(team=None, **fields) != 1:
            return None
        row = Claim.objects.get(task=task, member=member_id)
    else:
        row = Claim.objects.create(task=task, member_id=member_id, **fields)
    ClaimEvent.objects.create(claim=row, at=now, by=by, from_state=before, to_state=State.WAITING)
    return row.pk


def missed(read: Task, now: dt.datetime) -> Exception:
    """Why there is no line any more although the checks before passed."""
    task = Task.objects.get(pk=read.pk)
    check_open(task, now)
    check_not_begun(task, now)
    check_full(task)
    return PlaceIsFree(_("刚刚有名额空出，不用候补，请直接接单。"))


def leave(claim: Claim, *, by: User, now: dt.datetime | None = None) -> Claim:
    """Out of the line, at any time and without a reason. Raises NotOwnClaim, NotWaiting."""
    at = now or timezone.now()
    with transaction.atomic():
        _task, current = held(claim, by)
        check_waiting(current)
        move(
            current, State.WITHDRAWN, allowed={State.WAITING}, event=ClaimEvent, by=by, at=at,
            note=_("退出候补"), refusal=overtaken,
        )  # fmt: skip
    return current


def accept(claim: Claim, *, by: User, now: dt.datetime | None = None) -> Claim:
    """Take the place that is kept. Asked again is all that a claim is asked.

    Raises NotOwnClaim, NotOffered, OfferOver, and the refusals of a claim: then the offer still stands.
    """
    at = now or timezone.now()
    with transaction.atomic():
        task, current = held(claim, by)
        check_answerable(current)
        check_in_time(current, at)
        limits = Limits.at(at)
        check_taker(current.member, task, limits, at)
        move(
            current, State.CLAIMED, allowed={State.OFFERED}, event=ClaimEvent, by=by, at=at,
            refusal=overtaken, claimed_at=at, offered_until=None,
        )  # fmt: skip
        tell(current, limits, at)
    return current


def decline(claim: Claim, *, by: User, now: dt.datetime | None = None) -> Claim:
    """Say no, at no cost; the place goes to the next. Raises NotOwnClaim, NotOffered."""
    at = now or timezone.now()
    with transaction.atomic():
        task, current = held(claim, by)
        check_answerable(current)
        take_back(current, State.DECLINED, by=by, now=at)
        pass_on(task.pk, at)
    return current


def held(claim: Claim, by: User) -> tuple[Task, Claim]:
    """The task and the claim as they stand, locked in the written order. Raises NotOwnClaim."""
    if claim.member.user_id != by.pk:
        raise NotOwnClaim(_("只能由党员本人办理。请让本人登录后办理。"))
    lock(claim.member)
    task = locked(claim.task_id)
    current = Claim.objects.select_related("member").get(pk=claim.pk)
    current.task = task
    return task, current
