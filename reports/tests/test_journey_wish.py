"""A resident's wish: stated without an account, published in one step, taken, given back, taken again."""

import datetime as dt

import pytest

from reports.tests.browser import Clock, Visit
from tasks.tests.desk import make_item
from wishes.models import Wish
from xianfeng.lib.times import SHANGHAI
from xianfeng.testing.cast import Cast, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEED = "老人行动不便，想请人上门理发"
# The form offers nine tomorrow: more than a day ahead, so that a place is given back without a reason.
EARLY = dt.datetime(2026, 10, 20, 8, 0, tzinfo=SHANGHAI)


def test_a_wish_becomes_a_task_that_a_member_takes(visit: Visit, phone: Visit, cast: Cast, clock: Clock):
    clock.jump_to(EARLY)
    make_member("吴芳", "13800000005", cast.unit, cast.estate)
    item = make_item("W-1", name="上门服务", category="wish")
    resident = phone().go(f"/w/{cast.estate.public_code}/").checks_page()
    resident.fill(need=f"{NEED}，电话13700000009").press("下一步").sees("请去掉").checks_page()
    resident.press("就用改好的文字").is_at("/w/.*").checks_page()
    resident.fill(contact_name="钱奶奶", contact_address="5幢202室").press("提交心愿").sees("请勾选后提交")
    resident.fill(consent=True).press("提交心愿").sees("心愿已收到").checks_page()
    wish = Wish.objects.get()
    assert (wish.state, wish.contact_mobile, "13700000009" in wish.need) == (
        "submitted",
        "13700000009",
        False,
    )

    clerk = visit().logs_in(cast.clerk).follow("心愿", within=".sidebar").follow(NEED, within="table.data")
    clerk.misses("13700000009").misses("5幢202室").checks_page()
    clerk.follow("受理并发布", within="#panel").fill(item=item.pk).checks_page()
    clerk.press("受理并发布", within="main").sees("已发布，党员现在可以看到")
    resident.go(f"/w/track/{wish.code}/").sees("党员接单").checks_page()

    member = phone().logs_in_by_code(cast.li.mobile).follow("任务", within=".tabbar").follow(NEED)
    member.misses("钱奶奶").press("接单（剩 1 个名额）").sees("接单成功")
    member.press("查看联系方式").sees("钱奶奶").sees("13700000009").sees("5幢202室").checks_page()
    member.confirm("退出这项任务", "确认退出").sees("名额已放出")
    member.follow("任务", within=".tabbar").follow(NEED).press("接单（剩 1 个名额）").sees("接单成功")

    neighbour = phone().logs_in_by_code("13800000005")
    neighbour.go("/me/tasks/").sees("名额已满").follow(NEED).sees("1 个名额已全部接完").checks_page()
    assert neighbour.page.get_by_role("button", name="暂不能接单").is_disabled()
    clerk.go(f"/desk/wishes/{wish.pk}/").sees("已接 1/1").sees("接单人查看")


def test_a_wish_is_declined_with_who_is_responsible(visit: Visit, phone: Visit, cast: Cast):
    resident = phone().go(f"/w/{cast.community.public_code}/").fill(need="想改装燃气管道").press("下一步")
    resident.fill(contact_name="孙先生", contact_mobile="13700000008", consent=True).press("提交心愿")
    code = resident.page.locator(".tracking-code").inner_text().replace("\xa0", "")

    clerk = visit().logs_in(cast.clerk).go("/desk/wishes/").follow("想改装燃气管道", within="table.data")
    clerk.page.locator("#panel summary", has_text="不受理").click()
    clerk.fill(within="dialog", reason="须由专业单位施工", responsible="市燃气公司")
    clerk.press("不受理", within="dialog").sees("已登记为不受理")

    resident.go("/w/track/").fill(code=code.lower()).press("查询").sees("须由专业单位施工").sees("市燃气公司")
    resident.checks_page()
