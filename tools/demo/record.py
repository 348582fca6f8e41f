"""Write the simulated year: every row the services would have written, the ledger through `award`."""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import OuterRef, Subquery, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from flags import ledger
from flags.models import FlagEntry
from members.models import Appointment, Member, Organization, User
from tasks.models import Claim, ClaimEvent, Task, TaskEvent, Verification
from wishes.models import Wish, WishEvent

from .clock import at
from .plans import Plan
from .texts import CANCEL_REASON, DECLINES, NO_SHOW_NOTE

BATCH = 2_000
Grade = Verification.Grade
GRADES = {Grade.EXCELLENT: 30, Grade.GOOD: 50, Grade.FAIR: 17, Grade.NO_SHOW: 2, Grade.DENIED: 1}
STATE_OF_GRADE = {Grade.NO_SHOW: Claim.State.NO_SHOW, Grade.DENIED: Claim.State.DENIED}


@dataclass
class Taken:
    """One claim with the decision on it, if there is one yet."""

    claim: Claim
    plan: Plan
    verification: Verification | None = None


class Desk:
    """Who decides for a community, and on which day of the week it sits down to verify."""

    def __init__(self) -> None:
        deciding = (Organization.Kind.CITY, Organization.Kind.COMMUNITY)
        posts = Appointment.objects.filter(organization__kind__in=deciding, role=Appointment.Role.SECRETARY)
        self.users = {post.organization_id: post.user for post in posts.select_related("user")}

    def officer(self, organization: Organization) -> User:
        return self.users[organization.pk]

    def session_after(self, organization: Organization, moment: dt.datetime) -> dt.datetime:
        """The organisation's weekly hour for verification that follows the moment by a day at least."""
        day = moment.date() + dt.timedelta(days=1)
        day += dt.timedelta(days=(organization.pk % 5 - day.weekday()) % 7)
        return at(day, 9 + organization.pk % 8, organization.pk % 60)


def settle_states(rng: random.Random, plans: Iterable[Plan], now: dt.datetime) -> None:
    """Before anybody claims: what is still a draft or a fresh wish, what was declined or called off."""
    for plan in plans:
        task, wish = plan.task, plan.wish
        if wish is not None:
            if task.signup_opens_at > now:
                wish.state = Wish.State.SUBMITTED
            elif rng.random() < 0.04:
                wish.state, wish.decline_reason = Wish.State.DECLINED, rng.choice(DECLINES)
        elif task.signup_opens_at > now:
            task.state, task.published_at = Task.State.DRAFT, None
        elif rng.random() < 0.01:
            task.state, task.cancel_reason = Task.State.CANCELLED, CANCEL_REASON


class Recorder:
    """Turns filled plans into rows, table by table."""

    def __init__(self, rng: random.Random, members: dict[int, Member], now: dt.datetime) -> None:
        self.rng, self.members, self.now = rng, members, now
        self.desk = Desk()

    def record(self, plans: Sequence[Plan], tell: Callable[[str], None]) -> None:
        offered = [plan for plan in plans if not plan.wish or plan.wish.state == Wish.State.PUBLISHED]
        for plan in offered:
            plan.task.created_by = self.desk.officer(plan.task.awarding_organization)
        taken = [self.take(plan, member) for plan in offered for member in plan.takers]
        self.settle(taken)
        self.write_wishes([plan.wish for plan in plans if plan.wish])
        self.write_tasks(offered)
        tell(f"{len(plans) - len(offered)} wishes without a task, {len(offered)} tasks")
        self.write_claims(taken)
        tell(f"{len(taken)} places claimed")
        self.write_endings(taken)
        self.light_flags([one for one in taken if one.verification])
        tell(f"{FlagEntry.objects.count()} lines in the ledger")

    def write_wishes(self, wishes: Sequence[Wish]) -> None:
        Wish.objects.bulk_create(wishes, batch_size=BATCH)
        WishEvent.objects.bulk_create(
            [WishEvent(wish=wish, at=wish.created_at, to_state=Wish.State.SUBMITTED) for wish in wishes],
            batch_size=BATCH,
        )
        declined = [wish for wish in wishes if wish.state == Wish.State.DECLINED]
        WishEvent.objects.bulk_create(
            [
                WishEvent(
                    wish=wish,
                    at=wish.created_at + dt.timedelta(hours=20),
                    note=wish.decline_reason,
                    by=self.desk.officer(home_community(wish.organization)),
                    from_state=Wish.State.SUBMITTED,
                    to_state=Wish.State.DECLINED,
                )
                for wish in declined
            ],
            batch_size=BATCH,
        )

    def write_tasks(self, plans: Sequence[Plan]) -> None:
        for plan in plans:
            plan.task.wish = plan.wish
            plan.task.places_taken = len(plan.takers)
            plan.task.capacity = max(plan.task.capacity, len(plan.takers))
        Task.objects.bulk_create([plan.task for plan in plans], batch_size=BATCH)
        reach = Task.audience.through
        reach.objects.bulk_create(
            [reach(task_id=plan.task.pk, organization_id=plan.audience.pk) for plan in plans],
            batch_size=BATCH,
        )
        TaskEvent.objects.bulk_create(
            [event for plan in plans for event in self.task_events(plan.task)], batch_size=BATCH
        )
        accepted = [event for plan in plans if plan.wish for event in self.wish_events(plan.wish, plan.task)]
        WishEvent.objects.bulk_create(accepted, batch_size=BATCH)

    def task_events(self, task: Task) -> list[TaskEvent]:
        State = Task.State
        events = [TaskEvent(task=task, at=task.created_at, by=task.created_by, to_state=State.DRAFT)]
        if task.published_at:
            events.append(
                TaskEvent(
                    task=task,
                    at=task.published_at,
                    by=task.created_by,
                    from_state=State.DRAFT,
                    to_state=State.PUBLISHED,
                )
            )
        if task.state == State.CANCELLED:
            events.append(
                TaskEvent(
                    task=task,
                    at=task.signup_opens_at,
                    by=task.created_by,
                    note=task.cancel_reason,
                    from_state=State.PUBLISHED,
                    to_state=State.CANCELLED,
                )
            )
        return events

    def wish_events(self, wish: Wish, task: Task) -> list[WishEvent]:
        steps = ((Wish.State.SUBMITTED, Wish.State.ACCEPTED), (Wish.State.ACCEPTED, Wish.State.PUBLISHED))
        return [
            WishEvent(
                wish=wish, at=task.signup_opens_at, by=task.created_by, from_state=before, to_state=after
            )
            for before, after in steps
        ]

    def take(self, plan: Plan, member_id: int) -> Taken:
        """A claim made while the window was open, with its decision where the weekly session was held."""
        task, member, rng = plan.task, self.members[member_id], self.rng
        earliest = max(task.signup_opens_at, member.registered_at or task.signup_opens_at)
        claimed = earliest + (min(task.starts_at, self.now) - earliest) * rng.random() ** 3
        claim = Claim(task=task, member=member, claimed_at=claimed)
        taken = Taken(claim, plan)
        session = self.desk.session_after(task.awarding_organization, task.ends_at)
        if session <= self.now:
            taken.verification = self.decide(claim, session)
        elif task.ends_at <= self.now and rng.random() < 0.7:
            self.mark(claim, Claim.Presence.PRESENT)
        return taken

    def decide(self, claim: Claim, session: dt.datetime) -> Verification:
        task = claim.task
        grade = self.rng.choices(list(GRADES), list(GRADES.values()))[0]
        earns = grade in Grade.AWARDED
        claim.state = STATE_OF_GRADE.get(grade, Claim.State.VERIFIED)
        self.mark(claim, Claim.Presence.ABSENT if grade == Grade.NO_SHOW else Claim.Presence.PRESENT)
        bonus = 12 if grade == Grade.EXCELLENT else 0
        officer = self.desk.officer(task.awarding_organization)
        return Verification(
            claim=claim,
            grade=grade,
            verified_at=session,
            verifier=officer,
            minutes=task.minutes + bonus if earns else 0,
            flags=task.flags if earns else 0,
            note=NO_SHOW_NOTE if grade == Grade.NO_SHOW else "",
        )

    def mark(self, claim: Claim, presence: str) -> None:
        task = claim.task
        claim.presence, claim.presence_method = presence, Task.Presence.ROSTER
        claim.presence_at, claim.presence_by = task.starts_at, task.created_by

    def write_claims(self, taken: Sequence[Taken]) -> None:
        Claim.objects.bulk_create([one.claim for one in taken], batch_size=BATCH)
        decided = [one.verification for one in taken if one.verification]
        Verification.objects.bulk_create(decided, batch_size=BATCH)
        ClaimEvent.objects.bulk_create(
            [event for one in taken for event in claim_events(one)], batch_size=BATCH
        )

    def light_flags(self, taken: list[Taken]) -> None:
        """One award a session and organisation, in the order of time, as the officers would have done."""
        lit = [one for one in taken if one.verification and one.verification.flags]
        lit.sort(key=session_of)
        for _session, group in groupby(lit, key=session_of):
            ones = list(group)
            officer = ones[0].verification.verifier  # type: ignore[union-attr]
            ledger.award([award_for(one) for one in ones], by=officer)
        entry = FlagEntry.objects.filter(
            key=Concat(Value("verification:"), Cast(OuterRef("pk"), CharField()))
        )
        Verification.objects.filter(flags__gt=0).update(entry=Subquery(entry.values("pk")[:1]))

    def settle(self, taken: Iterable[Taken]) -> None:
        """Close tasks whose claims are all decided, and the wishes somebody fulfilled."""
        for one in taken:
            wish = one.plan.wish
            if one.verification:
                one.plan.task.state = Task.State.SETTLED
            if one.verification and wish and one.claim.state == Claim.State.VERIFIED:
                wish.state, wish.fulfilled_at = Wish.State.FULFILLED, one.verification.verified_at

    def write_endings(self, taken: Iterable[Taken]) -> None:
        """The last events of settled tasks and fulfilled wishes."""
        ends = {one.plan.task: one.verification.verified_at for one in taken if one.verification}
        settled = [
            TaskEvent(
                task=task,
                at=moment,
                by=task.created_by,
                from_state=Task.State.PUBLISHED,
                to_state=Task.State.SETTLED,
            )
            for task, moment in ends.items()
        ]
        TaskEvent.objects.bulk_create(settled, batch_size=BATCH)
        fulfilled = [
            WishEvent(
                wish=task.wish,
                at=moment,
                by=task.created_by,
                from_state=Wish.State.PUBLISHED,
                to_state=Wish.State.FULFILLED,
            )
            for task, moment in ends.items()
            if task.wish and task.wish.fulfilled_at
        ]
        WishEvent.objects.bulk_create(fulfilled, batch_size=BATCH)


def home_community(organization: Organization) -> Organization:
    return organization if organization.kind == Organization.Kind.COMMUNITY else organization.parent  # type: ignore[return-value]


def session_of(one: Taken) -> tuple[dt.datetime, int]:
    assert one.verification is not None
    return one.verification.verified_at, one.plan.task.awarding_organization.pk


def award_for(one: Taken) -> ledger.Award:
    task, verification = one.plan.task, one.verification
    assert verification is not None
    return ledger.Award(
        member=one.claim.member,
        flags=verification.flags,
        minutes=verification.minutes if task.counts_hours else 0,
        service_date=task.starts_at.date(),
        category=task.category,
        organization=task.awarding_organization,
        source_kind=FlagEntry.Source.CLAIM,
        source_id=one.claim.pk,
        source_label=task.title,
        verifier=verification.verifier,
        key=f"verification:{verification.pk}",
        recorded_at=verification.verified_at,
    )


def claim_events(one: Taken) -> list[ClaimEvent]:
    claim, State = one.claim, Claim.State
    events = [
        ClaimEvent(claim=claim, at=claim.claimed_at, by_id=claim.member.user_id, to_state=State.CLAIMED)
    ]
    if one.verification:
        events.append(
            ClaimEvent(
                claim=claim,
                at=one.verification.verified_at,
                by=one.verification.verifier,
                from_state=State.CLAIMED,
                to_state=claim.state,
            )
        )
    return events
