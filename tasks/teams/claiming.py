"""A leader claims places for named members: each is checked like anyone, and each says yes or no.

The places are kept as those of a waiting list are (`claiming.offering`): nobody is assigned
(志愿服务条例). Locks in the written order: the members by their numbers, then the task, then the claims.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, Team, User
from members.teams.rules import acts_for, check_active, demand
from tasks.claiming.answer_times import answer_by
from tasks.claiming.claiming import ANEW
from tasks.claiming.offering import locked, overtaken
from tasks.claiming.rules import Limits, Standing, check_claim, is_in_audience
from tasks.claiming.waiting.waiting import accept
from tasks.models import Claim, ClaimEvent, Task
from tasks.models.applicant import Applicant
from tasks.teams import messages, rules
from tasks.teams.rules import Outcome
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment
from xianfeng.lib.transitions import record

State = Claim.State


@transaction.atomic
def claim_for(
    task_id: int, team: Team, members: Collection[int], *, all_or_none: bool, by: User,
    now: dt.datetime | None = None,
) -> list[Outcome]:  # fmt: skip
    """Keep a place for each named member who could take one; the leader's own is taken at once.

    Raises Task.DoesNotExist, PermissionDenied, the refusals of the task, NotInTeam, TooNear, and
    SomeRefused where all or nobody was asked for.
    """
    at = now or timezone.now()
    demand(acts_for(by, team))
    check_active(team)
    people = held(team, set(members))
    rules.check_named(set(members), people, team)
    task = locked(task_id)
    until = answer_by(task.last_entry, at)
    outcomes = [look(task, member, at) for member in people]
    outcomes = within(task.places_left, outcomes)
    if all_or_none:
        rules.check_all(outcomes)
    able = [one.member for one in outcomes if not one.why]
    if until is None and able:
        raise rules.too_near()
    keep(task, team, able, until, by, at)
    return outcomes


def held(team: Team, named: set[int]) -> Sequence[Member]:
    """The named ones who serve in the team, locked, in the order of their numbers."""
    serving = team.roles.serving().filter(member__in=named).values("member")
    Member.objects.filter(pk__in=serving).hold()
    return list(
        Member.objects.filter(pk__in=serving)
        .select_related("user", "unit", "community", "estate")
        .order_by("pk")
    )


def look(task: Task, member: Member, now: dt.datetime) -> Outcome:
    """Raises the refusals that are about the task itself."""
    standing = Standing.of(Applicant.of(member), Limits.at(now), now)
    try:
        check_claim(task, standing, now, in_audience=is_in_audience(task, member))
    except Refusal as refusal:
        if refusal.code in rules.OF_THE_TASK:
            raise
        return Outcome(member, rules.in_words(refusal))
    return Outcome(member) if member.user_id else Outcome(member, _("没有账号，不能确认"))


def within(places: int, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """In the order of their numbers: who is able beyond the free places gets none."""
    left, found = places, []
    for one in outcomes:
        if not one.why:
            left -= 1
        found.append(one if one.why or left >= 0 else Outcome(one.member, _("名额不够")))
    return found


def keep(
    task: Task, team: Team, members: Sequence[Member], until: dt.datetime | None, by: User, now: dt.datetime
) -> None:
    """The places, the claims and their events; then the messages, and the leader's own yes."""
    if not members or until is None:
        return
    before = {claim.member_id: claim for claim in task.claims.filter(member__in=members)}
    seen = {claim.pk: claim.state for claim in before.values()}
    claims = [write(task, team, member, before.get(member.pk), until, now) for member in members]
    words = {"team": team, "until": format_moment(until)}
    note = _("服务队“%(team)s”代为接单，请于 %(until)s 前确认") % words
    record(claims, event=ClaimEvent, by=by, before=seen, note=note, at=now)
    Task.objects.filter(pk=task.pk).update(places_taken=F("places_taken") + len(claims))
    messages.tell_claimed_for(task, team, [claim for claim in claims if claim.member.user_id != by.pk], until)
    for own in (claim for claim in claims if claim.member.user_id == by.pk):
        accept(own, by=by, now=now)


def write(
    task: Task, team: Team, member: Member, before: Claim | None, until: dt.datetime, now: dt.datetime
) -> Claim:
    """The claim that keeps the place: a new one, or one that starts anew."""
    fields = {"state": State.OFFERED, "claimed_at": now, "offered_until": until, "team": team}
    if before is None:
        return Claim.objects.create(task=task, member=member, **fields)
    if Claim.objects.filter(pk=before.pk, state__in=ANEW).update(**fields) != 1:
        raise overtaken()
    before.state, before.member, before.offered_until = State.OFFERED, member, until
    return before
