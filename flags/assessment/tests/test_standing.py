"""One member's standing: by the check that counts, and without a forecast by the same statement."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from flags.assessment import assessing, standing
from flags.policy.policies import change, policy_for
from members.models import Exemption, Member
from xianfeng.testing.cast import make_member
from xianfeng.testing.ledger import Light


def set_clock(monkeypatch, moment: dt.datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.fixture(autouse=True)
def october(cast, monkeypatch) -> None:
    set_clock(monkeypatch, dt.datetime(2026, 10, 1, 1, 0, tzinfo=dt.UTC))


def test_who_came_after_the_forecast_stands_by_the_same_rules(cast, light: Light):
    assessing.forecast(2026)
    newcomer = make_member(
        "新同志", "13800000099", cast.unit, cast.estate, is_leader=True, joined_on=dt.date(2026, 10, 1)
    )
    light(newcomer, flags=2)
    assert standing.own(newcomer, 2026) == standing.Standing(2, 120, 2, 0, 0, 0, "qualified")


def test_who_left_before_the_year_has_no_standing(cast):
    Member.objects.filter(pk=cast.li.pk).update(departed_on=dt.date(2025, 12, 31))
    assert standing.own(cast.li, 2026) is None


def test_a_flag_lit_since_the_forecast_counts_at_once(cast, light: Light):
    light(cast.li, flags=4)
    assessing.forecast(2026)
    light(cast.li, flags=1)
    own = standing.own(cast.li, 2026)
    assert own is not None and own.is_reached and own.flags == 5


def test_leave_over_the_whole_year_is_no_reaching(cast, light: Light):
    Exemption.objects.create(
        member=cast.li, kind="sick", reason="病假", approved_by=cast.city_officer,
        starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31),
    )  # fmt: skip
    light(cast.li, flags=9)
    own = standing.own(cast.li, 2026)
    assert own is not None and own.is_exempt and not own.is_reached


def test_a_draft_is_not_yet_what_counts(cast, light: Light, monkeypatch):
    """Until the year's check is public its member reads it anew, with leave granted since the draft."""
    light(cast.zhao)
    set_clock(monkeypatch, dt.datetime(2027, 1, 4, 1, 0, tzinfo=dt.UTC))
    run = assessing.official(2026)
    Exemption.objects.create(
        member=cast.li, kind="sick", reason="病假", approved_by=cast.city_officer,
        starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 6, 30),
    )  # fmt: skip
    before = standing.own(cast.li, 2026)
    assessing.publicise(run, typed=str(run.year), by=cast.city_officer)
    published = standing.own(cast.li, 2026)
    assert before is not None and before.required_flags == 3
    assert published is not None and published.required_flags == 5


def test_hours_decide_too(cast, light: Light):
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_minutes=600)
    light(cast.li, flags=5, minutes=599)
    own = standing.own(cast.li, 2026)
    assert own is not None and (own.missing_flags, own.missing_minutes, own.is_reached) == (0, 1, False)


def test_a_year_without_a_flag_is_found_once_its_result_is_public(cast, light: Light, monkeypatch):
    light(cast.zhao)
    set_clock(monkeypatch, dt.datetime(2027, 1, 4, 1, 0, tzinfo=dt.UTC))
    client = Client()
    client.force_login(cast.li.user)
    address = reverse("flags:my_flags")
    assert client.get(f"{address}?year=2026").status_code == 404
    assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    assert "还缺 5 面红旗：不合格" in client.get(f"{address}?year=2026").content.decode()
