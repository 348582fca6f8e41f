"""The model city keeps every invariant that the services keep."""

import datetime as dt
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.test import TestCase
from django.utils import timezone

from flags import ledger
from flags.assessment import standing
from flags.models import Assessment, AssessmentRun, FlagEntry
from flags.policy.policies import frozen, policy_for
from members.models import Exemption, Member, Organization, User
from notices.models import Delivery, Notice
from tasks.models import (
    Call,
    Claim,
    Muster,
    ScopeReport,
    Screening,
    Target,
    Task,
    Verification,
)
from tools.demo import stage
from tools.demo.clock import year_start
from wishes.merging.finding import likely
from wishes.models import Wish, WishEvent
from wishes.reopening.rules import asking_of
from xianfeng.lib.times import local_date, today
from xianfeng.testing.reckoning import reckon_by_hand


def build_hamlet() -> None:
    """One community, and its two years."""
    with mock.patch.dict(stage.SCALES, hamlet=stage.Scale(1, 2, 40, 80, 6, past=0.6)):
        stage.build("hamlet", seed=7, tell=lambda line: None)


class TestTwoYearsOfOneCommunity(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        build_hamlet()
        cls.start = year_start(today())
        cls.settled = AssessmentRun.objects.get(is_official=True)

    def test_both_years_are_consistent(self) -> None:
        assert Organization.objects.count() == 236
        assert ledger.verify().ok
        assert FlagEntry.objects.count() > 100
        verified = Claim.objects.filter(state=Claim.State.VERIFIED)
        assert verified.count() == FlagEntry.objects.filter(source_kind="claim").count()
        assert not Verification.objects.filter(flags__gt=0, entry=None).exists()
        assert not Verification.objects.filter(verifier=F("claim__member__user")).exists()
        assert not Claim.objects.filter(task__state=Task.State.DRAFT).exists()

    def test_somebody_is_offered_a_place_and_others_wait_for_the_next(self) -> None:
        offered = Claim.objects.get(state=Claim.State.OFFERED, team=None)
        assert offered.task.is_full
        assert Claim.objects.in_line().filter(task=offered.task).exists()

    def test_a_team_goes_to_a_task_together(self) -> None:
        places = Claim.objects.exclude(team=None)
        leader = places.get(state=Claim.State.CLAIMED)
        assert places.filter(state=Claim.State.OFFERED).exists()
        assert leader.team.roles.serving().get(member=leader.member).is_leader

    def test_hours_are_true(self) -> None:
        tasks = Task.objects.exclude(published_at=None).filter(is_late_entry=False)
        assert tasks.exists() and not tasks.filter(published_at__gte=F("starts_at")).exists()
        for one in Verification.objects.select_related("claim__task"):
            bonus = 12 if one.grade == Verification.Grade.EXCELLENT else 0
            assert one.minutes <= one.claim.task.longest_service + bonus

    def test_service_on_paper_was_entered_in_both_years(self) -> None:
        for year in (self.settled.year, (today() - dt.timedelta(days=6)).year):
            entered = Claim.objects.entered().filter(task__starts_at__year=year)
            decided = entered.filter(state=Claim.State.VERIFIED)
            assert decided.exists() and not decided.filter(verifications__entry=None).exists()
        waiting = Claim.objects.entered().open()
        assert set(waiting.values_list("task__is_late_entry", flat=True)) == {True, False}
        long, count = waiting.values_list("task").annotate(Count("pk")).order_by("-pk__count")[0]
        assert count > policy_for(today().year).late_entries_alone
        assert not Claim.objects.entered().filter(entered_by=F("member__user")).exists()
        assert Task.objects.get(pk=long).published_at.date() > Task.objects.get(pk=long).starts_at.date()  # type: ignore[union-attr]

    def test_tasks_of_several_days_are_over_and_to_come(self) -> None:
        past, ahead = Task.objects.filter(sessions__gt=1).order_by("starts_at")
        assert (past.state, past.sessions, ahead.state, ahead.sessions) == ("settled", 3, "published", 5)
        assert {one.minutes for one in Verification.objects.filter(claim__task=past)} == {360}
        assert past.places_taken and ahead.places_taken and ahead.starts_at > timezone.now()

    def test_a_city_task_is_broken_down_and_some_answered(self) -> None:
        states = set(Target.objects.values_list("state", flat=True))
        assert states >= {"taken", "open"} and Target.objects.late().exists()
        part = Task.objects.exclude(parent=None).get()
        assert part.places_taken and part.parent and part.parent.is_of_city

    def test_the_city_has_tasks_to_look_at(self) -> None:
        outcomes = set(Screening.objects.values_list("outcome", flat=True))
        assert outcomes == {"waiting", "returned", "insisted"}
        assert ScopeReport.objects.open().count() == 2

    def test_a_drill_was_called_answered_and_stood_down(self) -> None:
        drill = Muster.objects.get()
        assert drill.is_drill and drill.stood_down_at
        answers = set(drill.calls.values_list("state", flat=True))
        assert answers == set(Call.State.values)
        assert drill.task.claims.filter(presence=Claim.Presence.PRESENT).exists()

    def test_nobody_is_in_two_places_at_once(self) -> None:
        crossing = Q(
            member__claims__task__starts_at__lt=F("task__ends_at"),
            member__claims__task__ends_at__gt=F("task__starts_at"),
        )
        alone = Claim.objects.annotate(crossing=Count("member__claims", filter=crossing))
        assert set(alone.values_list("crossing", flat=True)) == {1}

    def test_members_only_served_after_registering_in_their_own_community(self) -> None:
        local = Claim.objects.exclude(task__publisher__kind=Organization.Kind.CITY)
        assert local.exists()
        assert not local.filter(claimed_at__lt=F("member__registered_at")).exists()
        assert not Claim.objects.filter(task__starts_at__date__gt=F("member__departed_on")).exists()
        assert not local.exclude(member__community__code="C01").exists()

    def test_fulfilled_wishes_are_those_with_a_verified_claim(self) -> None:
        fulfilled = Wish.objects.filter(state=Wish.State.FULFILLED)
        assert fulfilled.exists()
        assert not fulfilled.exclude(tasks__claims__state=Claim.State.VERIFIED).exists()

    def test_some_wishes_are_merged_and_some_were_asked_for_again(self) -> None:
        merged = Wish.objects.get(state=Wish.State.MERGED)
        assert merged.merged_into and merged.merged_into.is_open
        clerk = User.objects.get(username="c01")
        assert merged.created_at < timezone.now() - dt.timedelta(days=4)
        assert any(one.same_mobile for one in likely(merged.merged_into, clerk))
        again = WishEvent.objects.filter(from_state=Wish.State.DECLINED, to_state=Wish.State.SUBMITTED)
        assert sorted(event.by is None for event in again) == [False, True]
        declined = Wish.objects.filter(state=Wish.State.DECLINED).order_by("-pk")[0]
        assert asking_of(declined).refusal == ""

    def test_the_year_before_is_settled_as_the_city_did_it(self) -> None:
        assert (self.settled.year, self.settled.state) == (self.start.year - 1, "settled")
        steps = self.settled.events.order_by("pk").values_list("from_state", "to_state", "by__username")
        assert list(steps) == [
            ("draft", "draft", "city"), ("draft", "publicised", "city"), ("publicised", "settled", "city"),
        ]  # fmt: skip
        moments = list(self.settled.events.order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments) and moments[-1] == self.settled.settled_at
        assert self.settled.publicised_until and local_date(moments[-1]) > self.settled.publicised_until
        assert self.settled.rules["min_flags"] != policy_for(self.start.year).min_flags

    def test_its_results_are_those_reckoned_by_hand(self) -> None:
        run = self.settled
        by_hand = reckon_by_hand(run.year, run.rules, up_to=run.ledger_seq)
        names = ("flags", "minutes", "required_flags", "required_minutes", "months", "result")
        stored = {
            row.member_id: tuple(getattr(row, name) for name in names) for row in self.settled.results.all()
        }
        assert stored == {pk: tuple(getattr(one, name) for name in names) for pk, one in by_hand.items()}
        assert set(self.settled.results.values_list("result", flat=True)) == set(Assessment.Result.values)

    def test_the_present_year_stands_as_reckoned_by_hand(self) -> None:
        by_hand = reckon_by_hand(today().year, frozen(policy_for(today().year)))
        stands = standing.seen_by(User.objects.get(username="city"), today().year)
        assert {row.member_id: row.standing for row in stands} == {
            pk: one.result for pk, one in by_hand.items()
        }

    def test_people_joined_and_left_in_both_years_and_were_on_leave(self) -> None:
        for year in (self.settled.year, self.start.year):
            assert Member.objects.filter(joined_on__year=year).exists()
            assert Exemption.objects.filter(starts_on__year=year).exists()
        assert Member.objects.filter(state="departed", departed_on__year=self.settled.year).exists()
        parts = self.settled.results.filter(months__lt=12)
        assert parts.exclude(exempt_months=0).exists() and parts.filter(exempt_months=0).exists()

    def test_everybody_was_mailed_and_nothing_of_it_waits(self) -> None:
        told = Notice.objects.filter(kind="result").values_list("recipient", flat=True)
        assert set(told) == set(
            self.settled.results.exclude(member__user=None).values_list("member__user", flat=True)
        )
        assert set(Notice.objects.values_list("created_at__date__year", flat=True)) <= {
            self.settled.year, self.start.year, today().year,
        }  # fmt: skip
        assert not Delivery.objects.filter(state="pending").exists()
        assert not Delivery.objects.unreached().exists()

    def test_the_ledger_is_in_the_order_of_time_and_corrects_the_settled_year(self) -> None:
        moments = list(FlagEntry.objects.order_by("seq").values_list("recorded_at", flat=True))
        assert moments == sorted(moments)
        later = FlagEntry.objects.filter(year=self.settled.year, seq__gt=self.settled.ledger_seq)
        assert later.exists() and not later.exclude(settled_year=self.settled.year).exists()


def test_a_database_in_use_is_refused(cast: object) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo", stdout=StringIO())
    assert not User.objects.filter(username="c01").exists()
