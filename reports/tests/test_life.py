"""A person's life, in any order: registered, renumbered, moved, merged, in office and out (Hypothesis).

Whatever happens, one person stays one person: no record is lost or comes up by itself, every number finds
its owner, flags and history stay with the person, and everybody concerned is told, once.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from members.leaving import carrying, recording
from members.merging import merging
from members.models import (
    Appointment,
    Member,
    Merge,
    MobileChange,
    Organization,
    RosterChange,
    User,
)
from members.numbers import changing
from members.organizations import appointing
from members.people import exempting
from members.registration import matching, registering
from members.registration.registering import Application
from members.tests.applicants import own_user
from tasks.models import Claim
from tasks.tests.desk import ended_task
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision, verify
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

from .life import NAMES, Person, Town

PEOPLE = st.integers(0, len(NAMES) - 1)
NUMBERS = st.integers(0, 9)
PLACES = st.sampled_from(["community", "other_community"])
SIDES = st.booleans()
MOST_RECORDS = 3


def mobile(number: int) -> str:
    return f"1390000010{number}"


def somebody(may: Callable[["Life", int], bool]) -> Any:
    """The rule is for people of whom this is true; the one drawn is taken among them."""

    def decorate(step: Callable[..., None]) -> Any:
        def fit(machine: "Life") -> list[int]:
            return machine.once(step, lambda: [one for one in range(len(NAMES)) if may(machine, one)])

        @wraps(step)
        def of_these(machine: "Life", who: int, **drawn: Any) -> None:
            people = fit(machine)
            step(machine, people[who % len(people)], **drawn)

        return precondition(lambda machine: bool(fit(machine)))(of_these)

    return decorate


class Life(Town):
    """What happens to them."""

    def are_on_the_roster(self) -> None:
        """Two of them registered; the third stands there twice, as after two imports."""
        for number, person in enumerate(self.people):
            self.list_as(person, mobile(number))
        self.list_as(self.people[2], mobile(3))
        for who in (0, 1):
            self.registers_in(self.cast.community, who, who)

    def list_as(self, person: Person, number: str) -> None:
        member = Member.objects.create(name=person.name, mobile=number, unit=self.cast.unit)
        person.records.add(member.pk)

    # --- Numbers --------------------------------------------------------------------------------

    @rule(who=PEOPLE, number=NUMBERS)
    def is_listed_again(self, who: int, number: int) -> None:
        """As an import does that knows only the new number."""
        is_free = not Member.objects.filter(mobile=mobile(number)).exists()
        if is_free and len(self.people[who].records) < MOST_RECORDS:
            self.list_as(self.people[who], mobile(number))

    @rule(who=PEOPLE, number=NUMBERS)
    @somebody(lambda self, who: self.with_account(who) is not None)
    def changes_the_number(self, who: int, number: int) -> None:
        member = self.with_account(who)
        assert member and member.user
        user = member.user
        if done := self.attempt(lambda: changing.change_own(member, mobile(number), by=user)):
            assert User.objects.get(pk=user.pk).mobile == mobile(number)
            self.told(done, "changed")

    @rule(who=PEOPLE, number=NUMBERS, is_the_person=st.booleans())
    def lost_the_number(self, who: int, number: int, is_the_person: bool) -> None:
        member = self.first(who)
        asked = changing.ask(name=member.name, unit=self.cast.unit, old=member.mobile, mobile=mobile(number))
        if asked is None:
            return
        if is_the_person:
            if done := self.attempt(lambda: changing.confirm(asked, by=self.cast.unit_clerk)):
                self.told(done, "changed")
        else:
            changing.refuse(asked, reason="电话里不是本人", by=self.cast.unit_clerk)

    @rule(who=PEOPLE, number=NUMBERS)
    def is_corrected(self, who: int, number: int) -> None:
        member = self.first(who)
        done = self.attempt(
            lambda: changing.correct(member, mobile(number), reason="来电更正", by=self.cast.city_officer)
        )
        if done:
            self.told(done, "changed")

    @rule(who=PEOPLE)
    @somebody(lambda self, who: self.first(who).pk in self.members_of(MobileChange))
    def correction_is_taken_back(self, who: int) -> None:
        changes = MobileChange.objects.filter(member=self.first(who))
        change = changes.select_related("member__user")[0]
        self.attempt(lambda: changing.take_back(change, by=self.cast.city_officer))

    # --- Registration and home ------------------------------------------------------------------

    @rule(who=PEOPLE, number=NUMBERS, place=PLACES)
    def registers(self, who: int, number: int, place: str) -> None:
        """With whatever number is in the hand; the community says which record it is."""
        self.registers_in(getattr(self.cast, place), who, number)

    def registers_in(self, community: Organization, who: int, number: int) -> None:
        holder = Member.objects.filter(mobile=mobile(number)).first()
        if holder and holder.name != NAMES[who]:
            return
        person = self.people[who]
        wanted = Application(NAMES[who], mobile(number), self.cast.unit, community)
        user = registering.account_for(wanted.mobile, wanted.name)
        registration = self.attempt(lambda: registering.submit(wanted, by=user))
        if registration is None:
            return
        namesake = next(iter(matching.namesakes(person.name, self.cast.unit)), None)
        known = None if registration.member_id else namesake
        is_home = community == self.cast.community
        by = self.cast.secretary if is_home else self.cast.other_secretary
        done = self.attempt(lambda: registering.confirm(registration, by=by, same_person=known))
        if done is None:
            registration.refresh_from_db()
            registering.withdraw(registration, by=own_user(registration))
            return
        if namesake is None:  # of the name, nobody is in this unit
            person.records.add(done.member_id)
        member = Member.objects.get(pk=done.member_id)
        assert (member.mobile, member.community, member.state) == (wanted.mobile, community, "registered")

    # --- Merging --------------------------------------------------------------------------------

    @rule(who=PEOPLE, turned=SIDES, takes_number=SIDES)
    @somebody(lambda self, who: len(self.people[who].records) > 1)
    def two_records_are_merged(self, who: int, turned: bool, takes_number: bool) -> None:
        person, records = self.people[who], self.records(who)
        kept, gone = records[:2][:: -1 if turned else 1]
        done = self.attempt(
            lambda: merging.merge(
                kept, gone, takes_number=takes_number, reason="本人确认", by=self.cast.city_officer
            )
        )
        if done:
            person.records.discard(gone.pk)
            person.merges.append(done.pk)

    @rule(who=PEOPLE)
    @somebody(lambda self, who: bool(self.people[who].merges))
    def the_last_merge_is_undone(self, who: int) -> None:
        person = self.people[who]
        merge = Merge.objects.get(pk=person.merges[-1])
        if self.attempt(lambda: merging.undo(merge, reason="弄错了", by=self.cast.city_officer)):
            person.merges.pop()
            person.records.add(merge.gone_id)

    # --- Service --------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    def serves(self, who: int) -> None:
        task = ended_task(self.cast, self.first(who))
        claim = task.claims.get()
        Claim.objects.filter(pk=claim.pk).update(presence=Claim.Presence.PRESENT)
        if self.attempt(lambda: verify(task, [Decision(claim.pk, "good", 120, 1)], by=self.cast.clerk)):
            self.people[who].flags += 1
            self.people[who].claims.append(claim.pk)

    @rule(who=PEOPLE)
    @somebody(lambda self, who: bool(self.people[who].claims))
    def a_decision_is_taken_back(self, who: int) -> None:
        person = self.people[who]
        decision = Claim.objects.get(pk=person.claims[-1]).verifications.get()
        undone = self.attempt(
            lambda: reverse_verification(decision, reason="没有到场", by=self.cast.city_officer)
        )
        if undone:
            person.claims.pop()
            person.flags -= 1

    # --- The unit's side ------------------------------------------------------------------------

    def clerk_of(self, unit: Organization | None) -> User:
        return self.cast.unit_clerk if unit == self.cast.unit else self.cast.other_unit_clerk

    @rule(who=PEOPLE, kind=st.sampled_from(RosterChange.LEAVING), days=st.integers(-2, 2), waits=SIDES)
    def leaves(self, who: int, kind: str, days: int, waits: bool) -> None:
        """Recorded a little late, or a little early, when the last day itself may come at once."""
        member, day = self.first(who), today() + dt.timedelta(days=days)
        by = self.clerk_of(member.unit)
        done = self.attempt(lambda: recording.leave(member, kind=kind, day=day, by=by))
        self.told_of(done, by)
        if done and waits and days > 0:
            self.the_night_comes(days=days)

    @rule(who=PEOPLE, days=st.integers(0, 1))
    @somebody(lambda self, who: self.first(who).is_departed)
    def returns(self, who: int, days: int) -> None:
        member, day = self.first(who), today() - dt.timedelta(days=days)
        by = self.clerk_of(member.unit)
        done = self.attempt(lambda: recording.rejoin(member, day=day, by=by))
        self.told_of(done, by)
        if done:
            member.refresh_from_db()
            assert (member.is_departed, member.joined_on, member.departed_on) == (False, day, None)

    @rule(who=PEOPLE, days=st.integers(-1, 1), by_the_city=st.booleans())
    @somebody(lambda self, who: not self.first(who).is_departed)
    def changes_unit(self, who: int, days: int, by_the_city: bool) -> None:
        """The other unit is asked, unless the city moves the person."""
        member, day = self.first(who), today() + dt.timedelta(days=days)
        units = {self.cast.unit.pk: self.cast.other_unit, self.cast.other_unit.pk: self.cast.unit}
        by = self.cast.city_officer if by_the_city else self.clerk_of(member.unit)
        to_unit = units[member.unit_id]
        self.told_of(self.attempt(lambda: recording.transfer(member, to_unit=to_unit, day=day, by=by)), by)

    @rule(who=PEOPLE, is_taken_in=st.booleans())
    @somebody(lambda self, who: self.first(who).pk in self.members_of(RosterChange, "asked"))
    def the_other_unit_answers(self, who: int, is_taken_in: bool) -> None:
        changes = self.first(who).roster_changes.asked()
        change = changes.select_related("member", "to_unit", "from_unit").get()
        by = self.clerk_of(change.to_unit)
        if is_taken_in:
            done = self.attempt(lambda: recording.accept(change, by=by))
        else:
            done = self.attempt(lambda: recording.refuse(change, reason="不在本单位", by=by))
        self.told_of(done, by)

    @rule(who=PEOPLE)
    @somebody(lambda self, who: self.first(who).pk in self.members_of(RosterChange, "standing"))
    def a_change_of_the_roster_is_taken_back(self, who: int) -> None:
        change, by = self.first(who).roster_changes.standing().first(), self.cast.city_officer
        assert change
        self.told_of(self.attempt(lambda: recording.take_back(change, reason="登记错了", by=by)), by)

    @rule(days=st.integers(1, 3))
    def the_night_comes(self, days: int) -> None:
        """Everything whose day has come is carried out, and nothing twice."""
        self.passed += dt.timedelta(days=days)
        carrying.carry_due()
        assert carrying.carry_due() == 0

    @rule(who=PEOPLE, day=st.integers(1, 28))
    def is_on_leave(self, who: int, day: int) -> None:
        member, on = self.first(who), dt.date(today().year, 5, day)
        self.attempt(
            lambda: exempting.exempt(
                member, kind="sick", starts_on=on, ends_on=on, reason="住院", by=self.cast.unit_clerk
            )
        )

    # --- Office ---------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    @somebody(lambda self, who: self.with_account(who) is not None and self.people[who].post is None)
    def becomes_a_clerk(self, who: int) -> None:
        member, by = self.with_account(who), self.cast.city_officer
        assert member and member.user
        user, place = member.user, self.cast.estate
        post = self.attempt(lambda: appointing.grant(user=user, organization=place, role="clerk", by=by))
        self.people[who].post = post.pk if post else None

    @rule(who=PEOPLE)
    @somebody(lambda self, who: self.people[who].post is not None)
    def loses_office(self, who: int) -> None:
        person = self.people[who]
        post = Appointment.objects.get(pk=person.post)
        assert self.attempt(lambda: appointing.end(post, by=self.cast.city_officer))
        person.post = None


@pytest.mark.django_db
def test_one_person_stays_one_person(cast: Cast) -> None:
    machine = type("LifeInCity", (Life,), {"cast": cast})
    first = machine()
    first.are_on_the_roster()
    first.becomes_the_beginning()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=100,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
