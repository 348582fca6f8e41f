"""The residents' pages and the desk's, in Chromium: they work, fit and have no violation."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from wishes.handling import handling
from wishes.merging.merging import merge
from wishes.models import Wish
from wishes.tests.helpers import logged_in, stated
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_a_resident_states_a_wish_and_tracks_it(
    chromium: Browser, live_server: LiveServer, cast: Cast, javascript: bool
):
    url = live_server.url + reverse("wishes:ask", args=[cast.estate.public_code])
    with open_page(chromium, url, PHONE, javascript=javascript) as page:
        page.fill("[name=need]", "家住3幢2单元501室，想请人修水管，电话13800000001")
        page.click("button:has-text('下一步')")
        page.wait_for_selector("button:has-text('就用改好的文字')")
        assert overflow(page) == 0
        page.click("button:has-text('就用改好的文字')")
        assert page.input_value("[name=contact_mobile]") == "13800000001"
        page.check("[name=consent]")
        page.click("button:has-text('提交心愿')")
        page.wait_for_selector("[role=alert]")
        page.go_back()
        page.go_back()
        page.wait_for_selector("h1:has-text('您需要什么帮助')")
        page.go_forward()
        page.go_forward()
        page.fill("[name=contact_name]", "王阿姨")
        page.check("[name=consent]")
        page.click("button:has-text('提交心愿')")
        page.wait_for_selector("h1:has-text('心愿已收到')")
        code = page.inner_text(".tracking-code")
        page.goto(live_server.url + reverse("wishes:track"))
        page.fill("[name=code]", code.lower())
        page.click("button:has-text('查询')")
        page.wait_for_selector("text=等待社区受理")
    wish = Wish.objects.get()
    assert (wish.need, wish.contact_address) == ("想请人修水管", "3幢2单元501室")


def test_the_residents_pages_fit_and_have_no_violation(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    wish = stated(cast.estate)
    declined = stated(cast.estate)
    handling.decline(declined, reason="属于物业维修", responsible="物业服务中心", by=cast.clerk)
    ask = reverse("wishes:ask", args=[cast.estate.public_code])
    pages = [
        ask,
        reverse("wishes:asked", args=[wish.code]),
        reverse("wishes:track"),
        reverse("wishes:tracked", args=[wish.code]),
        reverse("wishes:tracked", args=[declined.code]),
        reverse("wishes:ask_again", args=[declined.code]),
        reverse("wishes:tracked", args=[merge(wish, stated(cast.estate), by=cast.clerk).code]),
    ]
    for path in pages:
        with open_page(chromium, live_server.url + path, PHONE) as page:
            assert axe_violations(page) == [], path
            assert overflow(page) == 0, path
    with open_page(chromium, live_server.url + ask, PHONE) as page:
        page.fill("[name=need]", "2单元501漏水")
        page.click("button:has-text('下一步')")
        page.wait_for_selector("button:has-text('保持原文')")
        assert axe_violations(page) == []
        page.click("button:has-text('保持原文')")
        page.click("button:has-text('提交心愿')")
        assert axe_violations(page) == []
        assert overflow(page) == 0


def test_the_desk_s_pages_have_no_violation(chromium: Browser, live_server: LiveServer, cast: Cast):
    wish, other, third = (stated(cast.estate) for _each in range(3))
    merged = merge(wish, third, by=cast.clerk)
    session = logged_in(cast.secretary).cookies["sessionid"].value
    pages: tuple[tuple[str, list[int]], ...] = (
        ("wishes:list", []), ("wishes:detail", [wish.pk]), ("wishes:detail", [merged.pk]),
        ("wishes:merge_with", [wish.pk]), ("wishes:merge", [wish.pk, other.pk]), ("wishes:enter", []),
    )  # fmt: skip
    for name, args in pages:
        with open_page(chromium, live_server.url + reverse(name, args=args), DESK, session) as page:
            assert axe_violations(page) == [], name


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_the_secretary_reads_the_contact_and_declines(
    chromium: Browser, live_server: LiveServer, cast: Cast, javascript: bool
):
    wish = stated(cast.estate)
    session = logged_in(cast.secretary).cookies["sessionid"].value
    url = live_server.url + reverse("wishes:detail", args=[wish.pk])
    with open_page(chromium, url, DESK, session, javascript=javascript) as page:
        page.click("summary:has-text('查看完整内容')")
        page.fill("[name=reason]:visible", "电话核实情况")
        page.click("button:has-text('查看'):visible")
        page.wait_for_selector("text=13700000009")
        page.click("summary:has-text('不受理')")
        page.fill("[name=reason]:visible", "属于物业维修")
        page.fill("[name=responsible]:visible", "物业服务中心")
        page.click(".confirm-box button.btn-danger:visible")
        page.wait_for_selector("text=应由谁办理：物业服务中心")
    wish.refresh_from_db()
    assert wish.state == Wish.State.DECLINED


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_the_clerk_merges_two_wishes_and_parts_them(
    chromium: Browser, live_server: LiveServer, cast: Cast, javascript: bool
):
    older, newer = stated(cast.estate), stated(cast.estate)
    session = logged_in(cast.clerk).cookies["sessionid"].value
    url = live_server.url + reverse("wishes:detail", args=[newer.pk])
    with open_page(chromium, url, DESK, session, javascript=javascript) as page:
        page.click("#likely a:has-text('对比')")
        page.click("form button:has-text('合并')")
        page.wait_for_selector("h2:has-text('并入这条的心愿')")
        page.click(f"#merged a:has-text('{newer.code}')")
        page.click("summary:has-text('取消合并')")
        page.fill("[name=reason]:visible", "不是同一件事")
        page.click(".confirm-box button.btn-primary:visible")
        page.wait_for_selector("h2:has-text('可能重复')")
    newer.refresh_from_db()
    assert (newer.state, older.duplicates.count()) == ("submitted", 0)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_a_resident_asks_again(chromium: Browser, live_server: LiveServer, cast: Cast, javascript: bool):
    wish = stated(cast.estate)
    handling.decline(wish, reason="属于物业维修", responsible="物业服务中心", by=cast.clerk)
    url = live_server.url + reverse("wishes:tracked", args=[wish.code])
    with open_page(chromium, url, PHONE, javascript=javascript) as page:
        page.click("a:has-text('再次提出')")
        page.fill("[name=reason]", "电话13800000001，物业说不归他们管")
        page.click("button:has-text('再次提出')")
        page.wait_for_selector("text=请去掉手机号")
        page.fill("[name=reason]", "物业说不归他们管")
        page.click("button:has-text('再次提出')")
        page.wait_for_selector("text=再次提出，等待社区受理")
        assert overflow(page) == 0
    wish.refresh_from_db()
    assert wish.is_waiting
