"""The yearly check: what is required, what counts, and the way from draft to settled."""

import datetime as dt
import json
from functools import partial

import pytest
from django.core.management import call_command

from flags import ledger
from flags.assessment import assessing, standing
from flags.assessment.explaining import explain
from flags.assessment.rules import PublicityNotOver, RunMoved, YearNotOver
from flags.ledger.rules import YearNotSettled, YearSettled
from flags.models import Assessment, AssessmentEvent, AssessmentRun, FlagEntry, LedgerHead, MemberYear
from flags.policy.policies import change, policy_for
from members.models import Exemption, Member
from xianfeng.lib.workdays import add_working_days
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light

AFTER = dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC)


def set_clock(monkeypatch, moment: dt.datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.fixture
def after_year(monkeypatch) -> None:
    """It is 4 January 2027 in Shanghai."""
    set_clock(monkeypatch, AFTER)


def result_of(member: Member, run: AssessmentRun) -> Assessment:
    return Assessment.objects.get(run=run, member=member)


def leave(cast: Cast, member: Member, start: dt.date, end: dt.date) -> Exemption:
    return Exemption.objects.create(
        member=member, kind="sick", starts_on=start, ends_on=end, reason="病假", approved_by=cast.city_officer
    )


def figures(run: AssessmentRun) -> list[tuple]:
    fields = [field.attname for field in Assessment._meta.concrete_fields if field.attname != "id"]
    return list(Assessment.objects.filter(run=run).order_by("member_id").values_list(*fields))


def test_five_flags_in_the_year_qualify_and_four_do_not(cast, light: Light):
    light(cast.li, flags=5)
    light(cast.wang, flags=4)
    light(cast.wang, flags=3, service_date=dt.date(2025, 12, 31))
    run = assessing.forecast(2026, cast.city_officer)
    assert result_of(cast.li, run).result == "qualified"
    short = result_of(cast.wang, run)
    assert (short.result, short.flags, short.lines, short.missing_flags) == ("unqualified", 4, 1, 1)
    assert {key: run.counts[key] for key in ("members", "qualified", "unqualified", "exempt")} == {
        "members": 4,
        "qualified": 1,
        "unqualified": 3,
        "exempt": 0,
    }


def test_a_reversed_flag_does_not_count(cast, light: Light):
    entry = light(cast.li, flags=5)
    ledger.reverse(entry, reason="未到场", by=cast.secretary)
    row = result_of(cast.li, assessing.forecast(2026))
    assert (row.flags, row.minutes, row.lines, row.result) == (0, 0, 2, "unqualified")


@pytest.mark.parametrize(
    ("joined", "departed", "months", "required"),
    [
        (None, None, 12, 5),
        (dt.date(2025, 7, 1), None, 12, 5),
        (dt.date(2026, 1, 31), None, 12, 5),
        (dt.date(2026, 7, 20), None, 6, 3),  # 2.5 rounded up
        (dt.date(2026, 12, 31), None, 1, 1),
        (None, dt.date(2026, 3, 1), 3, 2),  # 1.25 rounded up
        (dt.date(2026, 3, 9), dt.date(2026, 5, 1), 3, 2),
    ],
)
def test_part_of_a_year_lowers_the_requirement(cast, joined, departed, months, required):
    Member.objects.filter(pk=cast.li.pk).update(joined_on=joined, departed_on=departed)
    row = result_of(cast.li, assessing.forecast(2026))
    assert (row.months, row.required_flags) == (months, required)


def test_without_pro_rata_a_newcomer_owes_the_whole_year(cast):
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", pro_rata=False)
    Member.objects.filter(pk=cast.li.pk).update(joined_on=dt.date(2026, 7, 20))
    assert result_of(cast.li, assessing.forecast(2026)).required_flags == 5


@pytest.mark.parametrize(
    "fields",
    [
        {"joined_on": dt.date(2027, 1, 1)},
        {"departed_on": dt.date(2025, 12, 31)},
        {"state": Member.State.DEPARTED},
    ],
)
def test_who_was_not_there_in_the_year_is_not_checked(cast, fields):
    Member.objects.filter(pk=cast.li.pk).update(**fields)
    assert not Assessment.objects.filter(run=assessing.forecast(2026), member=cast.li).exists()


def test_one_entry_with_dates_the_wrong_way_round_does_not_stop_the_check(cast):
    dates = {"joined_on": dt.date(2026, 6, 1), "departed_on": dt.date(2026, 3, 1)}
    Member.objects.filter(pk=cast.li.pk).update(**dates)
    run = assessing.forecast(2026)
    assert run.counts["members"] == 3
    assert not Assessment.objects.filter(run=run, member=cast.li).exists()


def test_leave_lowers_by_whole_months_and_two_leaves_may_make_one_month(cast):
    leave(cast, cast.li, dt.date(2026, 1, 15), dt.date(2026, 2, 10))
    leave(cast, cast.li, dt.date(2026, 2, 11), dt.date(2026, 3, 30))
    row = result_of(cast.li, assessing.forecast(2026))
    assert (row.months, row.exempt_months, row.required_flags, row.result) == (11, 1, 5, "unqualified")


def test_leave_over_the_whole_year_exempts(cast):
    leave(cast, cast.li, dt.date(2025, 6, 1), dt.date(2027, 6, 1))
    row = result_of(cast.li, assessing.forecast(2026))
    assert (row.result, row.months, row.required_flags, row.missing_flags) == ("exempt", 0, 0, 0)


def test_leave_over_all_of_a_newcomers_months_exempts(cast):
    Member.objects.filter(pk=cast.li.pk).update(joined_on=dt.date(2026, 9, 15))
    leave(cast, cast.li, dt.date(2026, 9, 15), dt.date(2026, 12, 31))
    assert result_of(cast.li, assessing.forecast(2026)).result == "exempt"


def test_withdrawn_leave_counts_no_more(cast):
    given = leave(cast, cast.li, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    Exemption.objects.filter(pk=given.pk).update(state="withdrawn")
    assert result_of(cast.li, assessing.forecast(2026)).result == "unqualified"


def test_leaders_have_their_own_figure_and_hours_count_too(cast, light: Light):
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags_leader=8, min_minutes=600)
    Member.objects.filter(pk=cast.li.pk).update(is_leader=True)
    light(cast.li, flags=7, minutes=600)
    light(cast.wang, flags=5, minutes=599)
    run = assessing.forecast(2026)
    leader, other = result_of(cast.li, run), result_of(cast.wang, run)
    assert (leader.required_flags, leader.missing_flags, leader.missing_minutes) == (8, 1, 0)
    assert (other.result, other.missing_flags, other.missing_minutes) == ("unqualified", 0, 1)


def test_a_forecast_replaces_the_one_before(cast, light: Light):
    first = assessing.forecast(2026)
    light(cast.li, flags=5)
    second = assessing.forecast(2026)
    assert first.pk == second.pk and result_of(cast.li, second).result == "qualified"
    assert Assessment.objects.count() == 4


def test_the_official_check_waits_for_the_end_of_the_year_in_shanghai(cast, light: Light, monkeypatch):
    light(cast.li)
    set_clock(monkeypatch, dt.datetime(2026, 12, 31, 15, 59, 59, tzinfo=dt.UTC))
    with pytest.raises(YearNotOver):
        assessing.official(2026)
    set_clock(monkeypatch, dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC))
    assert assessing.official(2026).state == "draft"


@pytest.mark.usefixtures("after_year")
def test_the_same_run_twice_gives_the_same_figures(cast, light: Light):
    light(cast.li, flags=5)
    leave(cast, cast.wang, dt.date(2026, 1, 1), dt.date(2026, 4, 30))
    first = assessing.official(2026)
    before = figures(first)
    again = assessing.official(2026)
    assert again.pk == first.pk and figures(again) == before


def test_lines_appended_while_it_runs_are_left_out(cast, light: Light, monkeypatch):
    light(cast.li, flags=5)
    parameters = assessing._parameters

    def append_then(*given):
        light(cast.li, flags=1)
        return parameters(*given)

    monkeypatch.setattr(assessing, "_parameters", append_then)
    run = assessing.forecast(2026)
    assert (run.ledger_seq, result_of(cast.li, run).flags) == (1, 5)
    assert FlagEntry.objects.count() == 2


@pytest.mark.usefixtures("after_year")
def test_a_publicised_run_is_not_made_anew(cast, light: Light):
    light(cast.wang)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    before = figures(run)
    light(cast.li, flags=5)
    assert assessing.official(2026).state == "publicised"
    assert figures(run) == before
    with pytest.raises(RunMoved):
        assessing.start(2026, official=True, by=cast.city_officer)


@pytest.mark.usefixtures("after_year")
def test_publicity_lasts_five_working_days(cast, light: Light, monkeypatch):
    light(cast.li)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    assert run.publicised_until == add_working_days(dt.date(2027, 1, 4), 5) == dt.date(2027, 1, 11)
    set_clock(monkeypatch, dt.datetime(2027, 1, 11, 15, 59, tzinfo=dt.UTC))
    with pytest.raises(PublicityNotOver):
        assessing.settle(run, by=cast.city_officer)
    set_clock(monkeypatch, dt.datetime(2027, 1, 11, 16, 0, tzinfo=dt.UTC))
    settled = assessing.settle(run, by=cast.city_officer)
    assert settled.state == "settled"
    assert settled.ledger_hash == LedgerHead.objects.get().hash
    states = AssessmentEvent.objects.filter(run=run).values_list("from_state", "to_state")
    assert list(states) == [("draft", "draft"), ("draft", "publicised"), ("publicised", "settled")]


@pytest.mark.parametrize("step", [partial(assessing.publicise, typed="2026"), assessing.settle])
def test_a_forecast_is_neither_publicised_nor_settled(cast, step):
    with pytest.raises(RunMoved):
        step(assessing.forecast(2026), by=cast.city_officer)


@pytest.fixture
def settled(cast, light: Light, monkeypatch) -> AssessmentRun:
    """2026, settled on 20 January 2027, with 李建国 at 5 flags."""
    set_clock(monkeypatch, AFTER)
    light(cast.li, flags=5)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    return assessing.settle(run, by=cast.city_officer)


@pytest.mark.usefixtures("after_year")
def test_corrections_made_while_public_are_counted_at_the_settling(cast, light: Light, monkeypatch):
    entry = light(cast.li, flags=5)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    ledger.reverse(entry, reason="申诉查实未到场", by=cast.secretary)
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags=1)  # too late for this run
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    run = assessing.settle(run, by=cast.city_officer)
    row = result_of(cast.li, run)
    assert (row.result, row.required_flags, run.counts["qualified"]) == ("unqualified", 5, 0)
    assert "1 人" in AssessmentEvent.objects.filter(run=run).latest("pk").note


@pytest.mark.usefixtures("after_year")
def test_leave_granted_on_an_appeal_while_public_is_counted_at_the_settling(cast, light: Light, monkeypatch):
    light(cast.li, flags=3)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    assert result_of(cast.li, run).result == "unqualified"
    leave(cast, cast.li, dt.date(2026, 1, 1), dt.date(2026, 6, 30))
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    run = assessing.settle(run, by=cast.city_officer)
    row = result_of(cast.li, run)
    assert (row.result, row.exempt_months, row.required_flags) == ("qualified", 6, 3)
    assert (run.ledger_seq, run.counts["qualified"]) == (LedgerHead.objects.get().seq, 1)


def test_a_settled_year_takes_no_new_line_and_no_reversal(cast, settled, light: Light):
    with pytest.raises(YearSettled):
        light(cast.wang)
    with pytest.raises(YearSettled):
        ledger.reverse(FlagEntry.objects.get(), reason="未到场", by=cast.secretary)
    with pytest.raises(YearSettled):
        change(policy_for(2026), by=cast.city_officer, reason="部务会决定", min_flags=1)
    assert FlagEntry.objects.count() == 1


def test_a_settled_year_is_corrected_and_the_open_one_is_not(cast, settled):
    line = ledger.adjust(
        cast.li,
        flags=-1,
        minutes=-60,
        settled_year=2026,
        organization=cast.city,
        reason="抽检不合格",
        key="adjust:1",
        by=cast.city_officer,
    )
    assert (line.year, line.settled_year, line.delta) == (2026, 2026, -1)
    assert result_of(cast.li, settled).flags == 5
    assert standing.own(cast.li, 2026).flags == 4
    assert not MemberYear.objects.filter(member=cast.li, year=2027).exists()
    assert explain(result_of(cast.li, settled))[-1] == (
        "定案后更正 1 条，共 -1 面、-1 小时：更正后 4 面红旗，还缺 1 面红旗：不合格。"
    )
    assert ledger.verify().ok


def test_an_open_year_needs_no_adjustment(cast, light: Light):
    with pytest.raises(YearNotSettled):
        ledger.adjust(
            cast.li,
            flags=1,
            minutes=0,
            settled_year=2026,
            organization=cast.city,
            reason="补记",
            key="adjust:1",
            by=cast.city_officer,
        )


@pytest.mark.usefixtures("after_year")
def test_a_run_whose_job_was_lost_is_filled_by_the_sweep(cast, light: Light, monkeypatch):
    from flags.assessment import jobs

    light(cast.li)
    run = assessing.start(2026, official=True, by=cast.city_officer)
    jobs.finish_runs()
    assert not Assessment.objects.exists()  # its job may still come
    set_clock(monkeypatch, AFTER + dt.timedelta(minutes=3))
    jobs.finish_runs()
    assert Assessment.objects.filter(run=run).count() == 4


def test_every_result_is_explained(cast, light: Light):
    Member.objects.filter(pk=cast.li.pk).update(joined_on=dt.date(2026, 7, 20))
    leave(cast, cast.li, dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    entry = light(cast.li, flags=1, category="wish", service_date=dt.date(2026, 8, 1))
    light(cast.li, flags=2, minutes=90, service_date=dt.date(2026, 8, 2))
    ledger.reverse(entry, reason="未到场", by=cast.secretary)
    text = "".join(explain(result_of(cast.li, assessing.forecast(2026))))
    for part in (
        "2026年7月20日",
        "1 个整月",
        "5 个月",
        "3 面",
        "3 条流水",
        "1.5 小时",
        "未到场",
        "还缺 1 面",
    ):
        assert part in text


def test_without_pro_rata_no_month_is_said_to_be_left_out(cast):
    change(policy_for(2026), by=cast.city_officer, reason="部务会决定", pro_rata=False)
    dates = {"joined_on": dt.date(2026, 7, 20), "departed_on": dt.date(2026, 11, 30)}
    Member.objects.filter(pk=cast.li.pk).update(**dates)
    row = result_of(cast.li, assessing.forecast(2026))
    text = "".join(explain(row))
    assert (row.months, row.required_flags) == (12, 5)
    assert "从当月起计" not in text
    assert "计到当月" not in text


def test_the_command_prints_one_json_object(cast, light: Light, capsys):
    light(cast.li, flags=5)
    call_command("assess", "2026", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["year"], answer["official"], answer["members"]) == (2026, False, 4)
    assert (answer["qualified"], answer["unqualified"], answer["exempt"]) == (1, 3, 0)


def test_the_command_says_why_it_refuses(cast, monkeypatch, capsys):
    set_clock(monkeypatch, dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    with pytest.raises(SystemExit) as refused:
        call_command("assess", "2026", "--official", "--json")
    assert refused.value.code == 2
    assert json.loads(capsys.readouterr().out)["code"] == "year_not_over"


@pytest.mark.parametrize("year", ["0", "2019", "2027", "99999"])
@pytest.mark.parametrize("options", [(), ("--official",)])
def test_the_command_refuses_a_year_that_is_none_to_check(cast, monkeypatch, capsys, year, options):
    set_clock(monkeypatch, dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    with pytest.raises(SystemExit) as refused:
        call_command("assess", year, *options, "--json")
    assert refused.value.code == 2
    assert json.loads(capsys.readouterr().out)["code"] == "year_unknown"
    assert not AssessmentRun.objects.exists()
