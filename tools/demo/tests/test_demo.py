"""The model city keeps every invariant that the services keep."""

from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.test import TestCase

from flags import ledger
from flags.models import FlagEntry
from members.models import Organization, User
from tasks.models import Claim, Task, Verification
from tools.demo import stage
from wishes.models import Wish


class TestOneYearOfOneCommunity(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        with mock.patch.dict(stage.SCALES, hamlet=stage.Scale(1, 2, 40, 80, 6)):
            stage.build("hamlet", seed=7, tell=lambda line: None)

    def test_a_year_is_consistent(self) -> None:
        assert Organization.objects.count() == 236
        assert ledger.verify().ok
        assert FlagEntry.objects.count() > 100
        verified = Claim.objects.filter(state=Claim.State.VERIFIED)
        assert verified.count() == FlagEntry.objects.count()
        assert not Verification.objects.filter(flags__gt=0, entry=None).exists()
        assert not Verification.objects.filter(verifier=F("claim__member__user")).exists()
        assert not Claim.objects.filter(task__state=Task.State.DRAFT).exists()

    def test_hours_are_true(self) -> None:
        tasks = Task.objects.exclude(published_at=None)
        assert tasks.exists() and not tasks.filter(published_at__gte=F("starts_at")).exists()
        for one in Verification.objects.select_related("claim__task"):
            bonus = 12 if one.grade == Verification.Grade.EXCELLENT else 0
            assert one.minutes <= one.claim.task.longest_service + bonus

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
        assert not local.exclude(member__community__code="C01").exists()

    def test_fulfilled_wishes_are_those_with_a_verified_claim(self) -> None:
        fulfilled = Wish.objects.filter(state=Wish.State.FULFILLED)
        assert fulfilled.exists()
        assert not fulfilled.exclude(tasks__claims__state=Claim.State.VERIFIED).exists()


def test_a_database_in_use_is_refused(cast: object) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo", stdout=StringIO())
    assert not User.objects.filter(username="c01").exists()
