"""The standing forecast is made anew for each change that requirements follow from, and for nothing else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import ProtectedError

from flags.assessment import assessing
from flags.models import Assessment, AssessmentRun
from flags.policy import policies
from members.models import Member
from members.people import exempting, keeping
from xianfeng.testing.cast import Cast, make_member
from xianfeng.testing.ledger import Light

JULY = dt.datetime(2026, 7, 10, 1, 0, tzinfo=dt.UTC)
AUGUST = dt.date(2026, 8, 3)
LEAVE = {"kind": "sick", "starts_on": dt.date(2026, 3, 1), "ends_on": dt.date(2026, 4, 30), "reason": "住院"}


@pytest.fixture(autouse=True)
def july(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: JULY)


@pytest.fixture
def run(cast: Cast) -> AssessmentRun:
    Member.objects.filter(pk=cast.li.pk).update(joined_on=dt.date(2026, 2, 2))
    return assessing.forecast(2026)


@pytest.fixture
def passes(run: AssessmentRun, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The years of passes made from here on."""
    made: list[int] = []
    monkeypatch.setattr(assessing, "forecast", made.append)
    return made


def test_nothing_changed_makes_no_pass(passes: list[int]):
    assessing.fresh_forecast(2026)
    assert passes == []


# Everything of a member that `sql.STATEMENT` reads.
CHANGES: dict[str, Callable[[Cast], dict[str, Any]]] = {
    "unit": lambda cast: {"unit": cast.other_unit},
    "community": lambda cast: {"community": cast.other_community, "estate": None},
    "rank": lambda cast: {"is_leader": not cast.li.is_leader},
    "joined": lambda cast: {"joined_on": AUGUST},
    "joined a day later": lambda cast: {"joined_on": dt.date(2026, 2, 3)},
    "joined a year later": lambda cast: {"joined_on": dt.date(2027, 2, 2)},
    "leaves": lambda cast: {"departed_on": AUGUST},
    "left last year": lambda cast: {"departed_on": AUGUST.replace(year=2025)},
    "leaves next year": lambda cast: {"departed_on": AUGUST.replace(year=2027)},
    "left": lambda cast: {"state": Member.State.DEPARTED},
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_one_member_is_found(cast: Cast, passes: list[int], change: str):
    Member.objects.filter(pk=cast.li.pk).update(**CHANGES[change](cast))
    assessing.fresh_forecast(2026)
    assert passes == [2026]


def test_changes_that_add_up_to_nothing_are_found(cast: Cast, passes: list[int]):
    first, second, third, fourth = [
        make_member(f"党员{'甲乙丙丁'[n]}", f"1380000010{n}", cast.unit, is_leader=n in (0, 3))
        for n in range(4)
    ]
    passes.clear()
    assessing.fresh_forecast(2026)
    assert passes == [2026]
    run = AssessmentRun.objects.get()
    run.counts["roster_mark"] = assessing.roster_mark(2026)
    run.save(update_fields=["counts"])
    Member.objects.filter(pk__in=[first.pk, fourth.pk]).update(is_leader=False)
    Member.objects.filter(pk__in=[second.pk, third.pk]).update(is_leader=True)
    assessing.fresh_forecast(2026)
    assert passes == [2026, 2026]


def test_two_members_who_change_places_are_found(cast: Cast, passes: list[int]):
    Member.objects.filter(pk=cast.li.pk).update(unit=cast.wang.unit)
    Member.objects.filter(pk=cast.wang.pk).update(unit=cast.li.unit)
    assessing.fresh_forecast(2026)
    assert cast.li.unit != cast.wang.unit and passes == [2026]


def test_somebody_new_is_found(cast: Cast, passes: list[int]):
    make_member("新来人", "13800000009", cast.unit)
    assessing.fresh_forecast(2026)
    assert passes == [2026]


def test_leave_given_and_leave_taken_back_are_found(cast: Cast, run: AssessmentRun, monkeypatch):
    leave = exempting.exempt(cast.wang, by=cast.secretary, **LEAVE)
    assert assessing.fresh_forecast(2026).results.get(member=cast.wang).exempt_months == 2
    exempting.withdraw_exemption(leave, by=cast.secretary)
    assert assessing.fresh_forecast(2026).results.get(member=cast.wang).exempt_months == 0


def test_the_next_day_makes_a_pass(passes: list[int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: JULY + dt.timedelta(days=1))
    assessing.fresh_forecast(2026)
    assert passes == [2026]


def test_a_change_during_the_pass_is_not_taken_for_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """Whatever comes in after the statement has read the roster makes the next look a pass."""
    fill = assessing._fill

    def meanwhile(run: AssessmentRun) -> None:
        fill(run)
        Member.objects.filter(pk=cast.li.pk).update(joined_on=AUGUST)

    monkeypatch.setattr(assessing, "_fill", meanwhile)
    run = assessing.forecast(2026)
    monkeypatch.setattr(assessing, "_fill", fill)
    assert run.results.get(member=cast.li).months == 12
    assert assessing.fresh_forecast(2026).results.get(member=cast.li).months == 5


def test_a_forecast_goes_with_the_member_an_import_made(cast: Cast, run: AssessmentRun):
    newcomer = make_member("新来人", "13800000009", cast.unit)
    run = assessing.fresh_forecast(2026)
    assert run.results.filter(member=newcomer).exists()
    others = run.results.count() - 1
    newcomer.delete()
    assert run.results.count() == others


def test_an_official_result_holds_its_member(cast: Cast, light: Light, monkeypatch: pytest.MonkeyPatch):
    light(cast.li)
    newcomer = make_member("新来人", "13800000009", cast.unit)
    assessing.forecast(2026)
    monkeypatch.setattr("django.utils.timezone.now", lambda: JULY.replace(year=2027))
    assessing.official(2026)
    with pytest.raises(ProtectedError):
        newcomer.delete()
    assert Assessment.objects.filter(member=newcomer).count() == 2


# --- Who asks for it ----------------------------------------------------------------------------

ACTS: dict[str, Callable[[Cast], object]] = {
    "leave": lambda cast: exempting.exempt(cast.wang, by=cast.secretary, **LEAVE),
    "correction": lambda cast: keeping.correct_entry(cast.li, by=cast.unit_clerk, joined_on=AUGUST),
    "rules": lambda cast: policies.change(
        policies.policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags=6
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_change_asks_for_the_renewal_when_it_is_committed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, act: str
):
    asked: list[str] = []
    monkeypatch.setattr("xianfeng.lib.queue.hand_out", lambda job, *arguments: asked.append(job))
    with django_capture_on_commit_callbacks(execute=True):
        ACTS[act](cast)
        assert asked == []
    assert "flags.renew_forecast" in asked


def test_leave_taken_back_asks_as_well(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
):
    leave = exempting.exempt(cast.wang, by=cast.secretary, **LEAVE)
    asked: list[str] = []
    monkeypatch.setattr("xianfeng.lib.queue.hand_out", lambda job, *arguments: asked.append(job))
    with django_capture_on_commit_callbacks(execute=True):
        exempting.withdraw_exemption(leave, by=cast.secretary)
    assert "flags.renew_forecast" in asked
