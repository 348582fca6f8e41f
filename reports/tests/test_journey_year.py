"""The year's end: who is behind, the reminder, the official check, publicity, and the mail about it."""

import datetime as dt

import pytest

from flags import ledger
from flags.assessment import jobs
from flags.ledger import Award
from flags.models import AssessmentRun
from members.models import Member
from notices.outbox import delivering
from reports.tests.browser import Clock, Visit, Worker
from xianfeng.testing.cast import Cast
from xianfeng.testing.mail import running_sink

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AUTUMN = dt.datetime(2026, 10, 20, 1, 0, tzinfo=dt.UTC)
NEW_YEAR = dt.datetime(2027, 1, 4, 1, 0, tzinfo=dt.UTC)


def light(cast: Cast, member: Member, flags: int) -> None:
    award = Award(
        member=member,
        flags=flags,
        minutes=120,
        service_date=dt.date(2026, 9, 5),
        category="activity",
        organization=cast.community,
        source_kind="claim",
        source_id=member.pk,
        source_label="清洁家园",
        verifier=cast.secretary,
        key=f"claim:{member.pk}",
    )
    ledger.award([award], by=cast.secretary)


def test_a_unit_sees_its_own_people_and_reminds_who_is_behind(
    visit: Visit, phone: Visit, cast: Cast, clock: Clock
):
    clock.jump_to(AUTUMN)
    light(cast, cast.li, 5)
    unit = visit().logs_in(cast.unit_clerk).follow("党员", within=".sidebar")
    unit.sees("李建国").sees("赵伟").sees("孙丽").misses("王秀英").checks_page()
    unit.follow("李建国", within="table.data").sees("市教育局", within="#panel").misses(
        "青锋花苑", within="#panel"
    )
    assert "任务" not in unit.page.locator(".sidebar").inner_text(), "a unit has no part in tasks"
    unit.go(f"/desk/members/{cast.wang.pk}/").sees("404")
    unit.said.clear()  # Chromium notes the 404 we asked for

    unit.go("/desk/behind/").sees("正在折算").misses("赵伟")
    jobs.renew_forecast()
    unit.go("/desk/behind/").sees("赵伟").misses("李建国").misses("王秀英").checks_page()
    unit.page.get_by_label("选择 赵伟").check()
    unit.checks_page().press("提醒所选").sees("已提醒 1 名同志")
    unit.page.get_by_label("选择 赵伟").check()
    unit.press("提醒所选").sees("今天已提醒过")

    with running_sink() as (sink, _port):
        delivering.deliver_due()
        assert sink.given == {"13800000003@example.test": 1}
    member = phone().logs_in_by_code(cast.zhao.mobile).go("/me/notices/").sees("2026 年红旗进度提醒")
    member.checks_page()


def test_the_city_checks_publicises_and_settles_the_year(
    visit: Visit, phone: Visit, cast: Cast, clock: Clock, worker: Worker
):
    clock.jump_to(AUTUMN)
    light(cast, cast.li, 5)
    city = visit().logs_in(cast.city_officer).follow("考核", within=".sidebar").sees("还没有考核")
    city.press("预测 2026 年").sees("正在")
    worker.works()
    city.sees("李建国").sees("2026 年度考核 · 预测").checks_page()

    clock.jump_to(NEW_YEAR)
    city.logs_in(cast.city_officer).follow("考核", within=".sidebar").follow("开始 2026 年正式考核")
    city.sees("开始前核对").checks_page().press("开始初评")
    assert worker.works() == ["flags.run_assessment"]
    city.sees("初评").follow("李建国", within="table.data").sees("合格", within="#panel").checks_page()
    city.page.keyboard.press("Escape")
    last_day = "2027年1月11日 周一"
    city.confirm("开始公示", "公示", typed="2025").sees("没有开始公示").checks_page()
    city.confirm("开始公示", "公示", typed="2026").sees(f"已开始公示，到 {last_day} 为止")
    city.sees(f"公示到 {last_day} 为止")
    phone().logs_in_by_code(cast.li.mobile).go("/me/flags/?year=2026").sees("公示至").checks_page()

    clock.jump_to(dt.datetime(2027, 1, 12, 1, 0, tzinfo=dt.UTC))
    worker.waiting.clear()
    city.logs_in(cast.city_officer).follow("考核", within=".sidebar").follow("2026", within="table.data")
    city.confirm("定案", "定案").sees("已定案").checks_page()
    assert AssessmentRun.objects.get(is_official=True).state == "settled"
    with running_sink() as (sink, _port):
        assert "flags.tell_results" in worker.works()
        delivering.deliver_due()
    staff = {"unit", "unit2", "secretary", "clerk", "secretary2", "city2"}
    told = {cast.li.mobile, cast.wang.mobile, cast.zhao.mobile} | staff
    assert sink.given == {f"{name}@example.test": 1 for name in told}
    unit = visit().logs_in(cast.unit_clerk).go("/me/notices/").sees("2026 年度考核结果").checks_page()
    unit.go("/desk/assessments/").follow("2026", within="table.data").sees("李建国").misses("王秀英")
