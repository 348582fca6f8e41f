"""The settled year before the present one: its rules, its life, and its yearly check as the city ran it.

Leaner than the present year and real all the same: leave, departures, publicity, settling, results by
mail and the correction afterwards go through the services, with the clock put back to their day.
"""

import datetime as dt
import random
from typing import Any

from django.db.models import F

from flags import ledger
from flags.assessment import assessing, compliance
from flags.models import Assessment, AssessmentRun
from flags.policy import policies
from members.leaving import recording
from members.models import Exemption, Member, Organization, RosterChange, User
from members.people import exempting
from notices.models import Delivery, Notice
from xianfeng.lib.times import today

from .clock import as_of, at
from .texts import CORRECTION, LEAVES, POLICY

# Shares of the roster, in each of the two years.
ON_LEAVE, LEAVING = 0.02, 0.006
READING_DAYS = 3  # by then a member has read the mail of the year's result


def year_of(start: dt.date) -> int:
    """The settled year before the year that starts then."""
    return start.year - 1


def set_rules(year: int, *, by: User) -> None:
    """A first year asked for less: two flags, three of leaders, two hours."""
    with as_of(at(dt.date(year - 1, 12, 20), 10)):
        policies.change(
            policies.policy_for(year),
            by=by,
            min_flags=2,
            min_flags_leader=3,
            min_minutes=120,
            text=POLICY % {"year": year},
        )


def let_some_leave(rng: random.Random, start: dt.date, *, by: User) -> None:
    """Leave in both years, and people who retire or move away; nobody served after that day."""
    members = list(Member.objects.order_by("pk"))
    for first in (dt.date(year_of(start), 1, 1), start):
        last = min(dt.date(first.year, 12, 31), today() - dt.timedelta(days=10))
        for member in rng.sample(members, round(len(members) * ON_LEAVE)):
            send_on_leave(rng, member, first, by=by)
        for member in rng.sample(members, round(len(members) * LEAVING)):
            if member.departed_on is None:
                depart(rng, member, first, last, by=by)
        exchange(members, first + dt.timedelta(days=90), by=by)


def exchange(members: list[Member], day: dt.date, *, by: User) -> None:
    """One cadre a year changes units in spring; one transfer of this year still waits to be taken in."""
    if day > today():
        return
    there = (one for one in reversed(members) if one.departed_on is None and (one.joined_on or day) <= day)
    member = next(one for one in there if not one.roster_changes.exists())
    other = Organization.objects.units().active().exclude(pk=member.unit_id).order_by("pk")[0]
    with as_of(at(day, 9)):
        recording.transfer(member, to_unit=other, day=day, note="干部交流", by=by)


def leave_some_open(*, by: User) -> None:
    """What waits on desks today: a transfer to be taken in, and a long leave for a second person."""
    unit, other = Organization.objects.units().active().order_by("code")[:2]
    people = Member.objects.registered().filter(departed_on=None, exemptions=None, roster_changes=None)
    for_transfer, for_leave = people.filter(unit=unit).order_by("-pk").first(), people.order_by("-pk").first()
    clerk = User.objects.filter(appointments__organization=unit).order_by("pk").first()
    if for_transfer and clerk:
        day = today() + dt.timedelta(days=20)
        recording.transfer(for_transfer, to_unit=other, day=day, note="拟调任", by=clerk)
    if for_leave:
        dates = {"starts_on": today(), "ends_on": today() + dt.timedelta(days=300)}
        exempting.exempt(for_leave, kind=Exemption.Kind.POSTED, reason="援派挂职", by=by, **dates)


def send_on_leave(rng: random.Random, member: Member, first: dt.date, *, by: User) -> None:
    kind, reason = rng.choice(LEAVES)
    whole_year = kind == Exemption.Kind.POSTED
    starts = first if whole_year else first + dt.timedelta(days=rng.randint(0, 200))
    ends = dt.date(first.year, 12, 31) if whole_year else starts + dt.timedelta(days=rng.randint(40, 150))
    if member.exemptions.filter(ends_on__gte=starts).exists():
        return
    with as_of(at(min(starts, today()), 9)):
        grant(member, kind=kind, starts_on=starts, ends_on=ends, reason=reason, by=by)


def grant(member: Member, *, by: User, **leave: Any) -> None:
    """A long one is confirmed by somebody of the unit, the same day."""
    exemption = exempting.exempt(member, **leave, by=by)
    if exemption.is_waiting:
        second = User.objects.filter(appointments__organization=member.unit).order_by("pk")
        exempting.confirm_exemption(exemption, by=second.exclude(pk=by.pk)[0])


def depart(rng: random.Random, member: Member, first: dt.date, last: dt.date, *, by: User) -> None:
    earliest = max(first, member.joined_on or first)
    if earliest >= last:
        return
    member.departed_on = earliest + dt.timedelta(days=rng.randint(0, (last - earliest).days))
    kind = rng.choice(RosterChange.LEAVING[:2])
    with as_of(at(member.departed_on + dt.timedelta(days=1), 9)):
        recording.leave(member, kind=kind, day=member.departed_on, by=by)


def settle(year: int, *, by: User) -> AssessmentRun:
    """The check in January: draft, publicity, a leave granted meanwhile, settling, and everybody's mail."""
    with as_of(at(dt.date(year + 1, 1, 4), 9)):
        run = assessing.publicise(assessing.official(year, by=by), typed=str(year), by=by)
    assert run.publicised_until
    with as_of(at(run.publicised_until - dt.timedelta(days=1), 15)):
        grant_late_leave(run, by=by)
    with as_of(at(run.publicised_until + dt.timedelta(days=1), 10)):
        run = assessing.settle(run, by=by)
        compliance.tell_run(run)
    return run


def grant_late_leave(run: AssessmentRun, *, by: User) -> None:
    """Somebody objected while the results were public: the leave was never entered."""
    year, kind = run.year, Exemption.Kind.SICK
    short = run.results.filter(result=Assessment.Result.UNQUALIFIED, months=12, member__departed_on=None)
    row = short.exclude(member__user=None).select_related("member").order_by("pk").first()
    if row and not row.member.exemptions.exists():
        first, last = dt.date(year, 3, 1), dt.date(year, 12, 31)
        grant(row.member, kind=kind, starts_on=first, ends_on=last, reason="住院治疗，补登", by=by)


def correct(run: AssessmentRun, *, by: User) -> None:
    """After the settling a sheet turned up: a line of today that names the settled year."""
    short = run.results.filter(result=Assessment.Result.UNQUALIFIED, missing_flags=1).order_by("pk")
    for row in short.exclude(member__user=None).select_related("member", "community")[:2]:
        ledger.adjust(
            row.member,
            flags=1,
            minutes=90,
            settled_year=run.year,
            organization=row.community or by.desk.organization,  # type: ignore[union-attr]
            reason=CORRECTION % {"year": run.year},
            key=f"adjust:demo:{row.pk}",
            by=by,
        )


def file_away_mail() -> None:
    """Messages of the past were sent, and read: nothing waits for a worker or for a person."""
    Delivery.objects.filter(state=Delivery.State.PENDING).update(
        state=Delivery.State.SENT, attempts=1, sent_at=F("due_at")
    )
    Notice.objects.filter(read_at=None).update(read_at=F("created_at") + dt.timedelta(days=READING_DAYS))
