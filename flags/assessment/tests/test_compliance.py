"""Reminders to who is behind, digests to their desks, results after the settling: once each."""

import datetime as dt

import pytest

from flags.assessment import assessing, compliance, jobs, pacing, standing
from flags.assessment.pacing import Clock
from flags.models import AssessmentRun
from flags.policy.policies import change, policy_for
from members.models import Exemption, Member
from notices.models import Delivery, Notice
from xianfeng.testing.ledger import Light

JUNE_15 = dt.datetime(2026, 6, 15, 1, 0, tzinfo=dt.UTC)


def set_clock(monkeypatch, moment: dt.datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.fixture(autouse=True)
def june(cast, monkeypatch) -> None:
    """It is 15 June 2026, 09:00 in Shanghai; two of five flags are due."""
    set_clock(monkeypatch, JUNE_15)


def told(kind: str) -> list[str]:
    return sorted(
        str(name) for name in Notice.objects.filter(kind=kind).values_list("recipient__name", flat=True)
    )


@pytest.mark.parametrize(
    ("on", "required", "span", "pace"),
    [
        (dt.date(2026, 1, 1), 5, 12, 0),
        (dt.date(2026, 6, 15), 5, 12, 2),
        (dt.date(2026, 9, 15), 5, 12, 4),
        (dt.date(2026, 12, 10), 5, 12, 5),
        (dt.date(2026, 12, 31), 5, 12, 5),
        (dt.date(2027, 2, 1), 5, 12, 5),
        (dt.date(2025, 6, 1), 5, 12, 0),
        (dt.date(2026, 6, 15), 3, 6, 0),  # joins in July
        (dt.date(2026, 9, 30), 3, 6, 1),
        (dt.date(2026, 12, 10), 3, 6, 3),
        (dt.date(2026, 6, 15), 0, 0, 0),
    ],
)
def test_the_pace_is_the_share_of_the_members_own_months(on, required, span, pace):
    assert Clock.at(2026, on).pace(required, span) == pace


@pytest.mark.parametrize(
    "day", [dt.date(2026, 1, 20), dt.date(2026, 6, 15), dt.date(2026, 9, 30), dt.date(2026, 12, 31)]
)
@pytest.mark.parametrize("flags", [0, 1, 2, 4, 5])
def test_the_list_agrees_with_the_pace_shown_beside_it(cast, light: Light, day, flags: int):
    Member.objects.filter(pk=cast.wang.pk).update(joined_on=dt.date(2026, 8, 3))
    for member in (cast.li, cast.wang):
        light(member, flags=flags)
    rows = standing.of_run(assessing.forecast(2026), 2026)
    clock = Clock.at(2026, day)
    by_hand = {
        row.pk
        for row in rows
        if row.live_flags < clock.pace(row.required_flags, row.months + row.exempt_months)
    }
    assert set(pacing.behind(rows, 2026, day).values_list("pk", flat=True)) == by_hand


def test_hours_behind_are_behind_too(cast, light: Light):
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_minutes=1200)
    light(cast.li, flags=5, minutes=60)
    light(cast.wang, flags=5, minutes=600)
    rows = pacing.behind(standing.of_run(assessing.forecast(2026), 2026), 2026)
    assert {row.member.name for row in rows} == {"李建国", "赵伟", "孙丽"}


def test_only_who_is_behind_is_reminded_and_once(cast, light: Light):
    light(cast.li, flags=2)
    assert compliance.remind_due() > 0
    assert told("reminder") == ["王秀英", "赵伟"]  # 孙丽 has no account
    notice = Notice.objects.get(kind="reminder", recipient=cast.wang.user)
    assert notice.key == f"reminder:2026:06-15:member:{cast.wang.pk}"
    assert "0 面红旗" in notice.body and "应有 2 面" in notice.body
    assert Delivery.objects.filter(notice=notice, channel="email", state="pending").count() == 1
    assert compliance.remind_due() == 0


def test_flags_lit_since_the_forecast_count(cast, light: Light):
    assessing.forecast(2026)
    light(cast.wang, flags=2)
    compliance.remind_due()
    assert "王秀英" not in told("reminder")


def test_who_is_on_leave_all_year_is_left_alone(cast):
    Exemption.objects.create(
        member=cast.wang,
        kind="sick",
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 12, 31),
        reason="病假",
        approved_by=cast.city_officer,
    )
    compliance.remind_due()
    assert told("reminder") == ["李建国", "赵伟"]


def test_each_unit_and_community_gets_one_list_of_its_own(cast, light: Light):
    light(cast.li, flags=2)
    compliance.remind_due()
    assert told("digest") == sorted(
        ["陈书记", "林社工", "罗书记", "谢单位", "韩单位"]
    )  # no auditor, no street
    body = Notice.objects.get(kind="digest", recipient=cast.unit_clerk).body
    assert "赵伟" in body and "孙丽" in body and "2 名" in body
    assert "李建国" not in body and "王秀英" not in body
    assert "孙丽" in Notice.objects.get(kind="digest", recipient=cast.secretary).body


def test_a_missed_date_is_made_up_for_within_a_week(cast, monkeypatch):
    set_clock(monkeypatch, JUNE_15 + dt.timedelta(days=7))
    compliance.remind_due()
    assert told("reminder") == ["李建国", "王秀英", "赵伟"]
    assert Notice.objects.filter(key__startswith="reminder:2026:06-15:").count() == 3


@pytest.mark.parametrize("days", [-1, 8])
def test_no_reminder_before_its_date_or_long_after(cast, monkeypatch, days: int):
    set_clock(monkeypatch, JUNE_15 + dt.timedelta(days=days))
    assert compliance.remind_due() == 0


def test_a_late_second_run_reminds_nobody_else(cast, light: Light, monkeypatch):
    light(cast.li, flags=2)
    compliance.remind_due()
    set_clock(monkeypatch, JUNE_15 + dt.timedelta(days=3))
    Member.objects.filter(pk=cast.li.pk).update(is_leader=True)
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags_leader=20)
    assert compliance.remind_due() == 0


def test_reminding_takes_the_same_number_of_queries_for_more_people(cast, django_assert_max_num_queries):
    assessing.forecast(2026)
    with django_assert_max_num_queries(25):
        compliance.remind_due()


def test_a_nudge_goes_once_a_day_and_only_to_who_is_short(cast, light: Light, monkeypatch):
    light(cast.li, flags=5)
    everybody = Member.objects.all()
    assert compliance.nudge(everybody, by=cast.secretary) == 2
    assert "陈书记提醒您" in Notice.objects.get(recipient=cast.wang.user).body
    assert compliance.nudge(everybody, by=cast.clerk) == 0
    set_clock(monkeypatch, JUNE_15 + dt.timedelta(days=1))
    assert compliance.nudge(everybody, by=cast.clerk) == 2


@pytest.fixture
def settled(cast, light: Light, monkeypatch) -> AssessmentRun:
    light(cast.li, flags=5)
    set_clock(monkeypatch, dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC))
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    return assessing.settle(run, by=cast.city_officer)


def test_after_the_settling_everybody_learns_their_result_once(cast, settled):
    jobs.tell_results()
    assert told("result") == ["李建国", "王秀英", "赵伟"]
    own = Notice.objects.get(kind="result", recipient=cast.li.user)
    assert "合格" in own.subject and "不合格" not in own.subject and "红旗 5 面" in own.body
    assert told("results") == sorted(["陈书记", "林社工", "罗书记", "谢单位", "韩单位"])
    body = Notice.objects.get(kind="results", recipient=cast.unit_clerk).body
    assert "共 3 人，不合格 2 人" in body and "李建国" not in body and "赵伟" in body
    before = Notice.objects.count()
    jobs.tell_results()
    assert Notice.objects.count() == before


@pytest.mark.usefixtures("settled")
def test_the_sweep_lets_old_years_be(cast, monkeypatch):
    set_clock(monkeypatch, dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    jobs.tell_results()
    assert not Notice.objects.filter(kind="result").exists()


def test_an_ended_year_without_its_check_gets_one_whenever_the_scheduler_is_back(
    cast, light: Light, monkeypatch
):
    """No beat in the first days of January: the year is found in March, once."""
    light(cast.li, flags=1)
    for day in (10, 11):
        set_clock(monkeypatch, dt.datetime(2027, 3, day, 2, 0, tzinfo=dt.UTC))
        jobs.year_end()
    run = AssessmentRun.objects.get(is_official=True)
    assert (run.year, run.state, run.results.count()) == (2026, "draft", 4)
    assert run.events.count() == 1, "the second night found it done"


def test_a_year_that_cannot_be_checked_keeps_none_after_it_waiting(cast, monkeypatch):
    asked: list[int] = []

    def check(year: int) -> None:
        asked.append(year)
        if year == 2025:
            raise ValueError("a line that nobody thought of")

    monkeypatch.setattr(assessing, "unchecked_years", lambda _present: [2025, 2026])
    monkeypatch.setattr(assessing, "official", check)
    set_clock(monkeypatch, dt.datetime(2027, 1, 2, 2, 0, tzinfo=dt.UTC))
    with pytest.raises(RuntimeError, match="2025"):
        jobs.year_end()
    assert asked == [2025, 2026]


def test_a_year_before_the_first_flag_is_nobodys(cast, monkeypatch):
    set_clock(monkeypatch, dt.datetime(2027, 3, 10, 2, 0, tzinfo=dt.UTC))
    jobs.year_end()
    assert not AssessmentRun.objects.filter(is_official=True).exists()


def test_year_end_may_run_every_day(cast, light: Light, monkeypatch):
    light(cast.li)
    for day in range(1, 6):
        set_clock(monkeypatch, dt.datetime(2027, 1, day, 2, 0, tzinfo=dt.UTC))
        jobs.year_end()
    run = AssessmentRun.objects.get(is_official=True)
    assert (run.year, run.state, run.results.count()) == (2026, "draft", 4)
