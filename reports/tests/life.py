"""Three people whom `test_life` lets live: what is known of them, and what must hold all the time."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant

from flags import ledger
from flags.models import FlagEntry, MemberYear
from members.accounts import holding
from members.models import (
    Appointment,
    Member,
    Merge,
    MobileChange,
    Organization,
    Registration,
    RosterChange,
    User,
)
from members.registration import matching
from notices.models import Notice
from tasks.models import Claim
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

NAMES = ("高一鸣", "高二虎", "高三思")


# Of every table a refusal could leave something in, in one statement: it is asked about twice a step.
BOOKS = (Member, Merge, MobileChange, RosterChange, FlagEntry, Notice, Claim)
COUNTS = ", ".join(f'(SELECT count(*) FROM "{model._meta.db_table}")' for model in BOOKS)  # noqa: S608


@dataclass
class Person:
    """What must be true of somebody, whatever the records say."""

    name: str
    records: set[int] = field(default_factory=set)  # those that stand
    merges: list[int] = field(default_factory=list)
    flags: int = 0
    claims: list[int] = field(default_factory=list)  # verified and not reversed
    post: int | None = None


class Undo(Exception):
    """Ends an example's transaction without a trace."""


class Town(RuleBasedStateMachine):
    """Three people of one unit, ten numbers, two communities."""

    cast: Cast
    people = [Person(name) for name in NAMES]  # as every example finds them

    def __init__(self) -> None:
        super().__init__()
        self.people = deepcopy(self.people)
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.passed = dt.timedelta()
        self.found_in: tuple[list[Any], list[Any]] = ([], [])
        self.known: dict[object, Any] = {}
        now = timezone.now
        self.clock = mock.patch.object(timezone, "now", lambda: now() + self.passed)
        self.clock.start()

    # --- Help for the rules ---------------------------------------------------------------------

    def once[T](self, question: object, look: Callable[[], T]) -> T:
        """The answer as it stands before a step: every rule asks whether it may be drawn, some twice."""
        if question not in self.known:
            self.known[question] = look()
        return self.known[question]

    @property
    def everybody(self) -> list[Member]:
        rows = Member.objects.filter(name__in=NAMES).select_related("community", "user")
        return self.once("everybody", lambda: list(rows.order_by("pk")))

    def records(self, who: int) -> list[Member]:
        return [member for member in self.everybody if member.pk in self.people[who].records]

    def members_of(self, changes: type[Model], which: str = "all") -> set[int]:
        """Whom these changes are about."""
        rows = getattr(changes._default_manager, which)
        return self.once((changes, which), lambda: set(rows().values_list("member", flat=True)))

    def first(self, who: int) -> Member:
        return self.records(who)[0]

    def with_account(self, who: int) -> Member | None:
        return next((member for member in self.records(who) if member.user), None)

    def attempt[T](self, action: Callable[[], T]) -> T | None:
        """A refusal is an answer too, and leaves nothing behind."""
        before = self.books()
        try:
            return action()
        except Refusal:
            assert self.books() == before
            return None

    def books(self) -> tuple[int, ...]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {COUNTS}")
            return cursor.fetchone()

    def told(self, change: MobileChange, stage: str) -> None:
        """Everybody concerned by this step, each once."""
        member, by = change.member, change.decided_by
        places = [member.unit_id, member.community_id]
        desks = Appointment.objects.current().filter(organization__in=places).exclude(role="auditor")
        expected = set(desks.values_list("user", flat=True)) - {by.pk if by else 0}
        keys = Notice.objects.filter(key__startswith=f"number:{change.pk}:{stage}:")
        staff = keys.exclude(key__contains=":own:").values_list("recipient", flat=True)
        assert sorted(staff) == sorted(expected)
        own = list(keys.filter(key__contains=":own:").values_list("recipient", flat=True))
        assert own == ([member.user_id] if member.user_id else [])

    def told_of(self, change: RosterChange | None, by: User) -> None:
        """Every place concerned by a change of the roster, and the person while alive, each once."""
        if change is None:
            return
        member = Member.objects.get(pk=change.member_id)
        places = {member.unit_id, member.community_id, change.from_unit_id, change.to_unit_id}
        desks = Appointment.objects.current().filter(organization__in=places).exclude(role="auditor")
        expected = set(desks.values_list("user", flat=True)) - {by.pk}
        keys = Notice.objects.filter(key__startswith=f"roster:{change.pk}:{change.state}:")
        staff = keys.exclude(key__contains=":own:").values_list("recipient", flat=True)
        assert sorted(staff) == sorted(expected)
        own = list(keys.filter(key__contains=":own:").values_list("recipient", flat=True))
        lives = member.user_id and change.kind != RosterChange.Kind.DIED
        assert own == ([member.user_id] if lives else [])

    # --- What holds all the time ----------------------------------------------------------------

    @invariant()
    def all_of_it_holds(self) -> None:
        """The records are read once for every question: they are asked after each of three thousand steps,
        and before the next one nothing changes."""
        self.known.clear()
        rows = self.everybody
        ends = self.ends(rows)
        self.one_person_stays_one_person(rows, ends)
        self.flags_stay_with_the_person()
        self.every_number_finds_its_owner(rows, ends)
        self.the_roster_says_what_its_history_says(rows)
        self.a_home_is_one(rows)

    def one_person_stays_one_person(self, rows: list[Member], ends: dict[int, int]) -> None:
        for person in self.people:
            own = [member for member in rows if member.name == person.name]
            standing = {member.pk for member in own if not member.is_merged}
            assert standing == person.records
            for member in own:
                assert not member.is_merged or (ends[member.pk] in standing and member.user_id is None)

    def ends(self, rows: list[Member]) -> dict[int, int]:
        """Of each record the one that stands for it."""
        into = {member.pk: member.merged_into_id for member in rows}

        def end(pk: int) -> int:
            return end(further) if (further := into[pk]) else pk

        return {pk: end(pk) for pk in into}

    def flags_stay_with_the_person(self) -> None:
        rows = MemberYear.objects.filter(member__name__in=NAMES)
        totals = {person.name: 0 for person in self.people}
        for name, state, flags in rows.values_list("member__name", "member__state", "flags"):
            assert state != Member.State.MERGED or flags == 0
            totals[name] += flags
        assert totals == {person.name: person.flags for person in self.people}

    def every_number_finds_its_owner(self, rows: list[Member], ends: dict[int, int]) -> None:
        """Asked again only where a record or an account is another: finding reads nothing else."""
        read = (list(Member.objects.values_list()), list(User.objects.values_list()))
        if read == self.found_in:
            return
        self.found_in = read
        for member in rows:
            found = matching.match(name=member.name, mobile=member.mobile, unit=self.cast.unit).member
            assert found and found.pk == ends[member.pk]
            opened = holding.account_of(member.mobile)
            assert opened is None or opened.name == member.name

    def the_roster_says_what_its_history_says(self, rows: list[Member]) -> None:
        """Off the roster after the last day, in the unit of the last move, one change to come at most.

        Of two records that were merged the unit is the kept one's, whatever the other's history says.
        """
        changes = RosterChange.objects.filter(member__name__in=NAMES).order_by("pk")
        told = list(changes.values_list("member", "state", "kind", "to_unit"))
        ahead = Counter(member for member, state, _kind, _unit in told if state in RosterChange.State.AHEAD)
        unit = {member: to for member, state, kind, to in told if (state, kind) == ("done", "moved")}
        merged = {pk for pair in Merge.objects.values_list("kept", "gone") for pk in pair}
        records = set().union(*(one.records for one in self.people))
        for member in rows:
            if member.pk not in records:
                continue
            assert member.is_departed == bool(member.departed_on and member.departed_on < today())
            assert ahead[member.pk] <= 1
            assert member.pk in merged or member.unit_id == unit.get(member.pk, self.cast.unit.pk)

    def a_home_is_one(self, rows: list[Member]) -> None:
        confirmed = Registration.objects.filter(member__name__in=NAMES, state="confirmed")
        homes = Counter(confirmed.values_list("member", flat=True))
        assert set(homes.values()) <= {1}
        for member in rows:
            assert member.community is None or member.community.kind == Organization.Kind.COMMUNITY

    def becomes_the_beginning(self) -> None:
        """Every further machine starts from here."""
        self.clock.stop()
        self.transaction.__exit__(None, None, None)
        type(self).people = self.people

    def teardown(self) -> None:
        self.clock.stop()
        assert ledger.verify().ok
        self.transaction.__exit__(Undo, Undo(), None)
