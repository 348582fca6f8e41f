"""A secretary's Fridays, from the form to the members' phones, a change and the next ones."""

from collections.abc import Callable

import pytest

from members.models import Member
from notices.models import Notice
from reports.tests.browser import Visit, Visitor, code_sent_to
from tasks.models import Claim, Series, Task
from tasks.tests.desk import make_item
from tasks.tests.offers import make_offer
from tasks.tests.series import fridays, make_series
from xianfeng.lib.times import at, local_date
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def mobile_of(member: Member) -> str:
    return str(member.mobile)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_a_secretary_s_series_of_fridays(visit: Visit, phone: Visit, cast: Cast, javascript: bool) -> None:
    # The checks themselves are scripts.
    usable: Callable[[Visitor], object] = Visitor.checks_page if javascript else str
    make_item(name="走访网格")
    days = fridays(5)
    secretary = visit(javascript=javascript).logs_in(cast.secretary)
    secretary.go("/desk/tasks/").follow("系列任务").follow("发布系列任务", within="main, header, body")
    secretary.page.select_option("[name=item]", index=1)
    secretary.fill(
        title="周五下沉日", place="社区党群服务中心", starts_at=at(days[0], 14), ends_at=at(days[0], 16),
        capacity=6, organiser_name="陈书记", frequency="weekly", until=days[3].isoformat(),
    ).press("看有哪些日期")  # fmt: skip
    secretary.sees("去掉勾选")
    usable(secretary)
    for day in days[:4]:
        box = secretary.page.locator(f"[name=days][value='{day.isoformat()}']")
        box.check() if day != days[1] else box.uncheck()
    secretary.press("发布勾选的各次").sees("已成系列发布").sees("没有安排的日期")
    usable(secretary)
    series = Series.objects.get()
    assert [task.series_day for task in series.dates.order_by("series_day")] == [days[0], days[2], days[3]]

    li = phone(javascript=javascript).logs_in_by_code(mobile_of(cast.li))
    li.go("/me/tasks/").follow("周五下沉日").follow("看全部日期")
    usable(li)
    li.press("能接的各次都接下").sees("接下 3 次").sees("您已接或在候补 3 次")
    usable(li)

    third = series.dates.get(series_day=days[2])
    secretary.go(f"/desk/tasks/{third.pk}/").follow("修改这次及以后")
    secretary.fill(place="新村活动室").press("保存").sees("共 2 次")
    assert Notice.objects.get(kind="series_changed").recipient == cast.li.user
    places = series.dates.order_by("series_day").values_list("place", flat=True)
    assert list(places) == ["社区党群服务中心", "新村活动室", "新村活动室"]

    secretary.fill(until=days[4].isoformat()).press("续下去").sees("已续 1 次")
    assert local_date(series.dates.latest("series_day").starts_at) == days[4]

    li.go(f"/me/tasks/series/{series.pk}/").confirm("退出以后各次", "确认退出").sees("已退出 3 次")
    assert not Claim.objects.holding().exists()
    secretary.go(f"/desk/tasks/{third.pk}/").confirm("取消这次及以后", "确定取消各次", reason="场地装修")
    secretary.sees("已取消这次和以后各次，共 3 次")
    assert series.dates.filter(state=Task.State.PUBLISHED).count() == 1


def test_the_poster_leads_a_member_through_the_log_in_to_the_offer(
    visit: Visit, phone: Visit, cast: Cast
) -> None:
    task = make_offer(cast, title="清洁楼道")
    visit().logs_in(cast.secretary).go(f"/desk/tasks/{task.pk}/poster/").sees("扫码登录后接单").checks_page()
    li = phone().go(f"/me/tasks/{task.pk}/")
    li.is_at("/accounts/login/code/").fill(phone=mobile_of(cast.li)).press("获取验证码")
    li.is_at("/accounts/login/code/confirm/").fill(code=code_sent_to(mobile_of(cast.li))).press("确认")
    li.is_at(f"/me/tasks/{task.pk}/").sees("清洁楼道")


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_the_calendar_fits_desk_and_phone(visit: Visit, phone: Visit, cast: Cast, view: str) -> None:
    make_series(cast)
    day = fridays(1)[0].isoformat()
    visit().logs_in(cast.secretary).go(f"/desk/tasks/calendar/?view={view}&on={day}").sees(
        "周五下沉日"
    ).checks_page()
    li = phone().logs_in_by_code(mobile_of(cast.li)).go(f"/me/tasks/calendar/?view={view}&on={day}")
    li.sees("周五下沉日").checks_page()
