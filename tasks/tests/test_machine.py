"""Whatever people do with tasks, in whatever order, the books agree and nobody is forgotten (Hypothesis).

Every service refuses what it must: a refusal is an answer like another. What is checked after each step is
what must hold in any case. MACHINE=whole runs a hundred examples of thirty steps.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from flags.models import Policy
from members.models import Member
from members.teams.tests.teams import make_team
from notices.models import Notice
from tasks.breakdown import breakdown
from tasks.claiming import offering
from tasks.claiming.claiming import claim_own, withdraw
from tasks.claiming.departed import give_back
from tasks.claiming.rules import Limits
from tasks.claiming.waiting import sweeping, waiting
from tasks.inviting import inviting
from tasks.models import Claim, ClaimEvent, Invitation, Target, Task
from tasks.publishing import publishing
from tasks.sharing.sharing import take_up
from tasks.teams.claiming import claim_for
from tasks.tests.desk import make_item, terms
from tasks.tests.offers import DAY, HOUR, user_of
from tasks.tests.targets import city_task
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import local_date, local_year
from xianfeng.testing.cast import Cast, make_member

IS_WHOLE = os.environ.get("MACHINE") == "whole"
EXAMPLES, STEPS = (100, 30) if IS_WHOLE else (16, 30)
PEOPLE, WHICH, FEW = st.integers(0, 6), st.integers(0, 9), st.integers(1, 3)
MOST_TASKS = 4
State = Claim.State
# Acts that went through, by name: a machine that is always refused proves nothing.
DONE: Counter[str] = Counter()


class Undo(Exception):
    """Ends an example's transaction without a trace."""


class TaskMachine(RuleBasedStateMachine):
    """Seven people of one community, tasks of the community and the city, one team."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = timezone.now()
        self.seen = 0  # the last event that was looked at

    @initialize()
    def begin(self) -> None:
        cast = self.cast
        years = {local_year(self.now), local_year(self.now + 30 * DAY)}
        for year in years:  # the personal limits have a machine of their own
            Policy.objects.update_or_create(
                year=year, defaults={"places_per_week": 0, "open_claims": 0, "invitations_per_month": 0}
            )
        more = [make_member(f"党员{n}", f"1391000000{n}", cast.unit, cast.estate) for n in range(5)]
        self.people = [cast.li, cast.wang, *more]
        self.team = make_team(cast, *more[:3])
        self.item = make_item("M-1", max_flags=3)
        self.publish(1, 8)
        self.publish_for_the_city(6)
        self.break_down(1, 2)
        for who in range(1, 4):  # one has the place, two wait
            self.claim(0, who)
            self.wait(0, who)
        self.seen = ClaimEvent.objects.latest("pk").pk if ClaimEvent.objects.exists() else 0

    # --- What may be taken for an act ---------------------------------------------------------

    def attempt(self, name: str, act: Callable[[], Any]) -> Any:
        """Each act is a transaction of its own; a refusal leaves nothing behind."""
        try:
            with transaction.atomic():
                done = act()
        except Refusal:
            return None
        DONE[name] += 1
        return done

    def task(self, which: int) -> Task:
        tasks = list(Task.objects.select_related("publisher__parent", "item", "wish").order_by("pk"))
        return tasks[which % len(tasks)]

    def claim_of(self, which: int, *states: str) -> Claim | None:
        found = Claim.objects.filter(state__in=states).select_related("member__user", "task__publisher")
        claims = list(found.order_by("pk"))
        return claims[which % len(claims)] if claims else None

    # --- The publishers -----------------------------------------------------------------------

    @precondition(lambda self: Task.objects.count() < MOST_TASKS)
    @rule(places=FEW, days=st.integers(2, 9))
    def publish(self, places: int, days: int) -> None:
        start = self.now + days * DAY
        given = terms(
            capacity=places, starts_at=start, ends_at=start + 2 * HOUR, signup_closes_at=start,
            signup_opens_at=self.now,
        )  # fmt: skip
        audience = {"publisher": self.cast.community, "audience": [self.cast.community]}
        self.attempt(
            "publish",
            lambda: publishing.create(
                by=self.cast.secretary, item=self.item, publish_now=True, now=self.now, **audience, **given
            ),
        )

    @precondition(lambda self: Task.objects.count() < MOST_TASKS)
    @rule(days=st.integers(3, 9))
    def publish_for_the_city(self, days: int) -> None:
        city_task(self.cast, starts_at=self.now + days * DAY, capacity=3, signup_opens_at=self.now - HOUR)
        DONE["publish_for_the_city"] += 1

    @rule(which=WHICH, places=FEW)
    def break_down(self, which: int, places: int) -> None:
        whole = self.task(which)
        if whole.publisher != self.cast.city:
            return
        due = local_date(whole.starts_at) - DAY
        places_of = {self.cast.community: places, self.cast.unit: places}
        self.attempt(
            "break_down",
            lambda: breakdown.set_targets(whole, places_of, due=due, by=self.cast.city_officer, now=self.now),
        )

    @rule(which=WHICH, places=FEW)
    def take_up(self, which: int, places: int) -> None:
        targets = list(
            Target.objects.filter(organization=self.cast.community)
            .select_related("task__publisher", "task__item", "organization")
            .order_by("pk")
        )
        if not targets:
            return
        target = targets[which % len(targets)]
        same = {name: getattr(target.task, name) for name in ("starts_at", "ends_at", "signup_closes_at")}
        given = terms(capacity=places, signup_opens_at=self.now, **same)
        self.attempt(
            "take_up",
            lambda: take_up(target, by=self.cast.secretary, publish_now=True, now=self.now, **given),
        )

    @rule(which=WHICH, places=FEW)
    def promise(self, which: int, places: int) -> None:
        targets = list(
            Target.objects.filter(organization=self.cast.unit).select_related("task", "organization")
        )
        if targets:
            target = targets[which % len(targets)]
            said = {"contact_name": "韩单位", "places": places}
            self.attempt(
                "promise",
                lambda: breakdown.promise(target, by=self.cast.unit_clerk, now=self.now, **said),
            )

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        task = self.task(which)
        by = self.cast.city_officer if task.is_of_city else self.cast.secretary
        self.attempt("cancel", lambda: publishing.cancel(task, reason="下大雨", by=by, now=self.now))

    @rule(which=WHICH, hours=st.integers(-30, 30))
    def reschedule(self, which: int, hours: int) -> None:
        """Everybody who holds a place, was offered one or waits is told."""
        task = self.task(which)
        if task.is_of_city or task.parent_id:
            return
        start = task.starts_at + hours * HOUR
        times = {"starts_at": start, "ends_at": start + 2 * HOUR, "signup_closes_at": start}
        edited = self.attempt(
            "reschedule",
            lambda: publishing.edit(task, by=self.cast.secretary, now=self.now, clashes_seen=True, **times),
        )
        if edited and edited.is_published and hours:
            event = task.events.latest("pk").pk
            for claim in task.claims.live().exclude(member__user=None):
                key = f"task:{task.pk}:changed:{event}:{claim.pk}"
                assert Notice.objects.filter(key=key).exists(), (claim.state, key)

    @rule(which=WHICH, places=st.integers(1, 5))
    def change_capacity(self, which: int, places: int) -> None:
        task = self.task(which)
        if not task.is_of_city:
            self.attempt(
                "change_capacity",
                lambda: publishing.edit(task, by=self.cast.secretary, now=self.now, capacity=places),
            )

    @rule(which=WHICH, first=PEOPLE, second=PEOPLE)
    def invite(self, which: int, first: int, second: int) -> None:
        task, chosen = self.task(which), {self.people[first].pk, self.people[second].pk}
        by = self.cast.city_officer if task.is_of_city else self.cast.secretary
        self.attempt("invite", lambda: inviting.invite(task, chosen, by=by, now=self.now))

    # --- The members --------------------------------------------------------------------------

    @rule(which=WHICH, who=PEOPLE)
    def claim(self, which: int, who: int) -> None:
        task, user = self.task(which), user_of(self.people[who])
        self.attempt("claim", lambda: claim_own(task.pk, by=user, now=self.now))

    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        if claim := self.claim_of(which, State.CLAIMED):
            by = user_of(claim.member)
            self.attempt("withdraw", lambda: withdraw(claim, by=by, reason="临时有事", now=self.now))

    @rule(which=WHICH, who=PEOPLE)
    def wait(self, which: int, who: int) -> None:
        task, user = self.task(which), user_of(self.people[who])
        self.attempt("wait", lambda: waiting.join(task.pk, by=user, now=self.now))

    @rule(which=WHICH)
    def leave_the_line(self, which: int) -> None:
        if claim := self.claim_of(which, State.WAITING):
            self.attempt(
                "leave_the_line", lambda: waiting.leave(claim, by=user_of(claim.member), now=self.now)
            )

    @rule(which=WHICH)
    def accept(self, which: int) -> None:
        if claim := self.claim_of(which, State.OFFERED):
            self.attempt("accept", lambda: waiting.accept(claim, by=user_of(claim.member), now=self.now))

    @rule(which=WHICH)
    def decline(self, which: int) -> None:
        if claim := self.claim_of(which, State.OFFERED):
            self.attempt("decline", lambda: waiting.decline(claim, by=user_of(claim.member), now=self.now))

    @rule(which=WHICH)
    def decline_invitation(self, which: int) -> None:
        sent = list(Invitation.objects.select_related("member__user").order_by("pk"))
        if sent:
            one = sent[which % len(sent)]
            self.attempt(
                "decline_invitation",
                lambda: inviting.decline(one, by=user_of(one.member), now=self.now),
            )

    @rule(which=WHICH, first=PEOPLE, second=PEOPLE, all_or_none=st.booleans())
    def claim_as_a_team(self, which: int, first: int, second: int, all_or_none: bool) -> None:
        task, named = self.task(which), {self.people[first].pk, self.people[second].pk}
        self.attempt(
            "claim_as_a_team",
            lambda: claim_for(
                task.pk, self.team, named, all_or_none=all_or_none, by=user_of(self.cast.li), now=self.now
            ),
        )

    @rule(who=PEOPLE)
    def leave_the_roster(self, who: int) -> None:
        """What becomes of the places of somebody who goes; they come back as they were."""
        self.attempt("leave_the_roster", lambda: give_back(Member.objects.filter(pk=self.people[who].pk)))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        if self.attempt("time_passes", lambda: sweeping.sweep(self.now) or True):
            assert not Claim.objects.filter(state=State.OFFERED, offered_until__lte=self.now).exists()

    # --- What must hold -----------------------------------------------------------------------

    @invariant()
    def counters_are_rows_and_never_above_the_capacity(self) -> None:
        for task in Task.objects.all():
            assert task.claims.holding().count() == task.places_taken <= task.capacity

    @invariant()
    def nobody_is_twice_in_one_place(self) -> None:
        taken = list(Claim.objects.filter(state=State.CLAIMED).values_list("task", "member"))
        assert len(taken) == len(set(taken))

    @invariant()
    def no_place_lies_open_while_somebody_waits_who_could_take_it(self) -> None:
        limits = Limits.at(self.now)
        for task in Task.objects.filter(state=Task.State.PUBLISHED).select_related("publisher"):
            near = offering.answer_by(task.last_entry, self.now) is None
            if task.is_full or near or self.now >= task.last_entry:
                continue
            for claim in task.claims.in_line().select_related("member__user"):
                why = offering.obstacle_of(claim.member, task, limits, self.now)
                assert why, f"{claim.member} waits for a free place of {task.pk}"

    @invariant()
    def who_waits_longer_is_asked_first_and_everybody_is_told(self) -> None:
        limits, new = Limits.at(self.now), ClaimEvent.objects.filter(pk__gt=self.seen).order_by("pk")
        for event in new.select_related("claim__task__publisher", "claim__member__user"):
            claim, self.seen = event.claim, event.pk
            if event.to_state == State.FREED and claim.member.user_id:
                key = f"task:{claim.task_id}:cancelled:{claim.pk}"
                assert Notice.objects.filter(key=key).exists(), key
            if (event.from_state, event.to_state) == (State.WAITING, State.OFFERED):
                assert Notice.objects.filter(key=f"claim:{claim.pk}:offered:{event.pk}").exists()
                if claim.state == State.OFFERED:
                    self.check_rank(claim, limits)

    def check_rank(self, claim: Claim, limits: Limits) -> None:
        """Those who waited longer and still wait could not take a place."""
        longer = claim.task.claims.in_line().filter(waiting_since__lt=claim.waiting_since)
        for other in longer.select_related("member__user"):
            assert offering.obstacle_of(other.member, claim.task, limits, self.now)

    @invariant()
    def nothing_is_left_of_what_was_called_off(self) -> None:
        off = Task.objects.filter(state=Task.State.CANCELLED)
        assert not Claim.objects.live().filter(task__in=off).exists()
        assert not Task.objects.filter(parent__in=off, state=Task.State.PUBLISHED).exists()
        taken = Target.objects.filter(state=Target.State.TAKEN, organization=self.cast.community)
        for target in taken.exclude(task__in=off):
            parts = Task.objects.filter(parent=target.task, publisher=target.organization)
            assert parts.exclude(state=Task.State.CANCELLED).exists()

    @invariant()
    def each_history_ends_where_its_row_stands(self) -> None:
        for claim in Claim.objects.all():
            assert claim.events.latest("pk").to_state == claim.state

    def teardown(self) -> None:
        self.transaction.__exit__(Undo, Undo(), None)


@pytest.mark.django_db
def test_whatever_people_do_the_books_agree_and_nobody_is_forgotten(cast: Cast) -> None:
    DONE.clear()
    machine = type("TasksInCity", (TaskMachine,), {"cast": cast})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(DONE) >= (19 if IS_WHOLE else 15), DONE
