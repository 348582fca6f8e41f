"""Five people's days, each as they would spend it; clicks are counted from the first page of their desk."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from flags.assessment import assessing
from flags.models import FlagEntry
from members.models import Registration
from members.tests.applicants import applied
from reports.tests.browser import Clock, Visit, Visitor
from tasks.models import Claim, Task
from tasks.tests.desk import ended_task
from tasks.tests.offers import make_offer
from wishes.models import Wish
from wishes.tests.helpers import stated
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Hand:
    """Clicks of one visitor, counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.clicks = visitor, 0

    def click(self, selector: str) -> "Hand":
        self.visitor.page.locator(selector).filter(visible=True).first.click()
        self.visitor.page.wait_for_load_state()
        self.clicks += 1
        return self


# --- The secretary ------------------------------------------------------------------------------


def test_the_secretary_verifies_nine_tasks_and_confirms_who_matches(visit: Visit, cast: Cast):
    for number in range(9):
        ended_task(cast, (cast.li, cast.wang)[number % 2])
    applied(cast)
    secretary = visit().logs_in(cast.secretary)

    hand = Hand(secretary).click("main a:has-text('待认定任务')").click("[data-check-all]")
    hand.click("button:has-text('都到场、评为“好”并亮旗')")
    secretary.sees("已认定 9 人，亮旗 9 面").checks_page()
    assert hand.clicks <= 4 and FlagEntry.objects.count() == 9

    secretary.go("/desk/")
    hand = Hand(secretary).click("main a:has-text('待确认报到')")
    hand.click("button:has-text('确认全部一致的')")
    secretary.sees("已确认 1 人报到")
    assert hand.clicks <= 2 and not Registration.objects.open().exists()


def test_the_secretary_makes_a_wish_a_task(visit: Visit, cast: Cast):
    wish = stated(cast.estate, need="厨房水龙头漏水，想请人来修一修")
    secretary = visit().logs_in(cast.secretary)
    hand = Hand(secretary).click("main a:has-text('待受理心愿')").click(".data a:has-text('水龙头')")
    hand.click("#panel a:has-text('受理并发布')").click("button:has-text('受理并发布')")
    secretary.sees("已发布，党员现在可以看到")
    assert hand.clicks <= 4 and Task.objects.get(wish=wish).item.name == "小修小补"


def test_the_secretary_s_morning_by_keyboard_alone(visit: Visit, cast: Cast):
    applied(cast)
    ended_task(cast, cast.li)
    secretary = visit().logs_in(cast.secretary)
    keys, page = secretary.page.keyboard, secretary.page

    def reach(words: str, *, most: int = 60) -> None:
        """Tab to what says this, and press Enter."""
        for _step in range(most):
            keys.press("Tab")
            if words in (page.evaluate("document.activeElement.textContent") or ""):
                return keys.press("Enter")
        raise AssertionError(f"{words} is not reached by the keyboard")

    reach("待确认报到")
    secretary.is_at("/desk/registrations/")
    page.wait_for_load_state("networkidle")
    keys.press("j")
    secretary.sees("孙丽 同志", within="#panel")
    reach("确认报到")
    secretary.sees("已确认孙丽同志报到")
    secretary.go("/desk/")
    reach("待认定任务")
    secretary.is_at("/desk/verifications/")
    reach("认定", most=80)
    secretary.go("/desk/")
    keys.press("/")
    keys.type("李建国")
    expect(page.locator(".live-found a").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    secretary.is_at(f"/desk/members/{cast.li.pk}/")


# --- The unit's clerk ---------------------------------------------------------------------------


def test_the_clerk_of_a_unit_sees_who_has_not_registered_and_reminds_who_is_slow(visit: Visit, cast: Cast):
    make_member("钱未到", "13800000077", cast.unit)
    clerk = visit().logs_in(cast.unit_clerk)
    hand = Hand(clerk).click("main a:has-text('未报到')")
    clerk.sees("钱未到").checks_page()
    assert hand.clicks == 1
    assessing.forecast(today().year)
    clerk.go("/desk/behind/?who=short").sees("现在能提醒").checks_page()
    clerk.confirm("提醒这", "提醒").sees("已提醒")


# --- The city -----------------------------------------------------------------------------------


def test_the_officer_of_the_city_finds_narrows_and_keeps(visit: Visit, cast: Cast):
    officer = visit().logs_in(cast.city_officer)
    officer.go("/desk/members/")
    with officer.page.expect_navigation():
        officer.page.select_option("[name=state]", "registered")  # applies as it is chosen
    officer.page.locator("summary", has_text="已存筛选").click()
    officer.fill(within=".list-preferences", name="已报到的").press("存下").sees("已存为“已报到的”")
    officer.go("/desk/").go("/desk/members/")
    officer.page.locator("summary", has_text="已存筛选").click()
    officer.follow("已报到的", within=".list-preferences").is_at("/desk/members/").checks_page()
    officer.go("/desk/organizations/").checks_page()
    officer.page.locator("main input[type=search], main [name=q]").first.fill("青锋")
    officer.page.keyboard.press("Enter")
    officer.sees("青锋社区", within="main")


# --- A member on a phone ------------------------------------------------------------------------


def test_a_member_takes_a_place_and_follows_it_to_the_flag(
    visit: Visit, phone: Visit, cast: Cast, clock: Clock
):
    soon = dt.timedelta(hours=2)  # so that the member is still logged in afterwards
    task = make_offer(cast, publisher=cast.community, title="周末清洁楼道", capacity=1, starts_in=soon)
    member = phone().logs_in_by_code(cast.li.mobile).checks_page()
    member.follow("周末清洁楼道").checks_page().press("接单")
    member.go("/me/").sees("周末清洁楼道", within="section[aria-labelledby=mine]")
    clock.jump_to(task.ends_at + dt.timedelta(hours=1))
    secretary = visit().logs_in(cast.secretary).go("/desk/verifications/")
    secretary.page.locator("[data-check-all]").check()
    secretary.press("都到场、评为“好”并亮旗").sees("已认定 1 人")
    member.go("/me/flags/").sees("周末清洁楼道").checks_page()
    assert Claim.objects.get().is_verified


# --- A resident of seventy ----------------------------------------------------------------------


def test_a_resident_of_seventy_asks_in_large_text_goes_back_once_and_follows_the_wish(
    phone: Visit, cast: Cast
):
    resident = phone().go(f"/w/{cast.estate.public_code.upper()}/").press("大字").checks_page()
    resident.fill(need="家住3幢2单元501室，卫生间的灯坏了").press("下一步")
    resident.sees("可以改成").checks_page().press("就用改好的文字")
    resident.fill(contact_name="周奶奶").press("提交心愿").sees("还不能提交").checks_page()
    resident.page.go_back()
    resident.page.go_forward()
    # Before a consent nothing of the person was kept.
    resident.fill(contact_name="周奶奶", contact_mobile="13700000009", consent=True)
    resident.press("提交心愿").sees("心愿已收到")
    resident.checks_page()
    wish = Wish.objects.get()
    assert (wish.need, wish.contact_name) == ("卫生间的灯坏了", "周奶奶")
    resident.go("/w/track/").fill(code=wish.code.lower()).press("查询").sees("等待社区受理").checks_page()
    assert resident.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 20
