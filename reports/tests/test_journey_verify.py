"""From presence to a lit flag and back: one screen for the community, one ring for the member."""

import datetime as dt

import pytest
from django.utils import timezone

from flags.models import FlagEntry
from reports.tests.browser import Clock, Visit, Visitor
from tasks.claiming.claiming import claim
from tasks.models import Task
from tasks.publishing.publishing import publish_wish
from tasks.tests.desk import make_item, terms
from tasks.tests.offers import user_of
from wishes.models import Wish
from wishes.stating.stating import submit
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = dt.timedelta(days=1)


def a_taken_wish(cast: Cast) -> tuple[Wish, Task]:
    """A wish on which 李建国 and 王秀英 hold the places."""
    wish = submit(
        organization=cast.community,
        need="想请人上门理发",
        contact_name="钱奶奶",
        contact_mobile="13700000009",
    )
    offer = {**terms(title="上门理发", capacity=2, signup_opens_at=timezone.now() - DAY), "item": make_item()}
    task = publish_wish(wish, by=cast.clerk, publisher=cast.community, audience=[cast.community], **offer)
    for member in (cast.li, cast.wang):
        claim(task.pk, member, by=user_of(member))
    return wish, task


def test_verification_lights_a_flag_fulfils_the_wish_and_can_be_undone(
    visit: Visit, phone: Visit, cast: Cast, clock: Clock
):
    wish, task = a_taken_wish(cast)
    clock.jump_to(task.ends_at + DAY)

    clerk = visit().logs_in(cast.clerk).follow("认定", within=".sidebar")
    clerk.sees("未记录签到").follow("认定", within="table.data")
    row = clerk.page.locator("table.verify tbody tr")
    row.filter(has_text="李建国").get_by_role("radio", name="到场", exact=True).check()
    row.filter(has_text="王秀英").get_by_role("radio", name="未到场").check()
    clerk.sees("到场 1 人，未到场 1 人，亮旗 1 面").checks_page().press("认定并亮旗").sees(
        "已认定 2 人，亮旗 1 面"
    )
    clerk.checks_page()

    member = phone().logs_in_by_code(cast.li.mobile).sees("还差 4 面红旗")
    assert flags_of(member) == "1/5"
    member.sees("上门理发").sees("+1").checks_page()
    member.go("/me/claims/").follow("上门理发").sees("社区认定：好").checks_page()
    absent = phone().logs_in_by_code(cast.wang.mobile).go("/me/claims/").follow("上门理发").sees("未到场")
    absent.checks_page()
    resident = phone().go(f"/w/track/{wish.code}/").sees("心愿已由社区确认完成").checks_page()

    secretary = visit().logs_in(cast.secretary).go(f"/desk/tasks/{task.pk}/")
    secretary.page.locator("tr", has_text="李建国").locator("summary", has_text="撤销认定").click()
    secretary.checks_page().fill(within="dialog", reason="上门的是另一位同志")
    secretary.press("确定撤销", within="dialog").sees("认定和红旗都已撤销")
    assert flags_of(member) == "0/5"
    member.sees("上门的是另一位同志").go("/me/notices/").sees("上门理发")
    secretary.follow("红旗台账", within=".sidebar").sees("撤销").checks_page()
    resident.go(f"/w/track/{wish.code}/").misses("心愿已由社区确认完成")
    assert list(FlagEntry.objects.order_by("seq").values_list("kind", "delta")) == [
        ("award", 1),
        ("reversal", -1),
    ]


def flags_of(member: Visitor) -> str:
    """What the ring of the member's own page says."""
    return (member.go("/me/flags/").page.locator("main .ring-done").text_content() or "").strip()


def test_the_verification_screen_is_worked_by_keyboard_alone(visit: Visit, cast: Cast, clock: Clock):
    _wish, task = a_taken_wish(cast)
    clock.jump_to(task.ends_at + DAY)
    clerk = visit().logs_in(cast.clerk).go(f"/desk/tasks/{task.pk}/verify/")
    tab_to(clerk, "全部到场并评为“好”")
    clerk.page.keyboard.press("Enter")
    clerk.sees("到场 2 人，未到场 0 人，亮旗 2 面")
    tab_to(clerk, "认定并亮旗")
    clerk.page.keyboard.press("Enter")
    clerk.sees("已认定 2 人，亮旗 2 面")


def test_a_place_is_taken_by_keyboard_alone(phone: Visit, cast: Cast):
    task = Task.objects.get(pk=a_taken_wish(cast)[1].pk)
    Task.objects.filter(pk=task.pk).update(capacity=3)
    member = phone().logs_in_by_code(cast.li.mobile).go("/me/claims/")
    tab_to(member, "上门理发")
    member.page.keyboard.press("Enter")
    member.is_at(r"/me/claims/\d+/")
    tab_to(member, "退出这项任务")
    member.page.keyboard.press("Enter")
    tab_to(member, "确认退出")
    member.page.keyboard.press("Enter")
    member.sees("名额已放出").go(f"/me/tasks/{task.pk}/")
    tab_to(member, "接单（剩")
    member.page.keyboard.press("Enter")
    member.sees("接单成功")


# What the focus rests on, and whether one can see that it does.
FOCUS = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  return [one.innerText || one.value || "", look.outlineStyle != "none" || look.boxShadow != "none"];
}"""


def tab_to(visitor: Visitor, words: str, presses: int = 60) -> None:
    """Press Tab until the focus rests, visibly, on what says these words."""
    for _press in range(presses):
        visitor.page.keyboard.press("Tab")
        text, is_seen = visitor.page.evaluate(FOCUS)
        if words in text and len(text) < 200:
            assert is_seen, f"{words} shows no focus"
            return
    raise AssertionError(f"“{words}” is not reached by {presses} tabs")
