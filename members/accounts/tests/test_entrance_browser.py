"""Logging in on a phone, from the portal's first page, and at a desk."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.accounts.tests.test_entrance import DESK as DESK_AGENT
from members.accounts.tests.test_entrance import PHONE as PHONE_AGENT
from members.accounts.tests.test_entrance import code_sent
from xianfeng.testing.browser import DESK, PHONE, axe_violations, overflow
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sit_down(browser: Browser, size: tuple[int, int], agent: str, *, javascript: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        user_agent=agent,
        locale="zh-CN",
        java_script_enabled=javascript,
    )
    return context.new_page()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_member_logs_in_from_the_first_page_on_a_phone_without_choosing_a_tab(
    chromium: Browser, live_server: LiveServer, cast: Cast, javascript: bool
):
    page = sit_down(chromium, PHONE, PHONE_AGENT, javascript=javascript)
    page.goto(live_server.url)
    page.get_by_label("报到时使用的手机号").fill("13800000001")
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/confirm/**")
    again = page.get_by_role("button", name="重新获取")
    if javascript:
        expect(again).to_be_disabled()
        expect(again).to_have_text(re.compile(r"重新获取（\d+ 秒）"))
        assert axe_violations(page) == []
    else:
        again.click()
        expect(page.get_by_text("秒后再获取")).to_be_visible()
    assert overflow(page) <= 0
    page.get_by_label("验证码", exact=True).fill(code_sent())
    page.get_by_role("button", name="确认").click()
    page.wait_for_url("**/me/")
    page.context.close()


def test_the_countdown_ends_with_a_button_that_sends_again(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    page = sit_down(chromium, PHONE, PHONE_AGENT)
    page.clock.install()
    page.goto(live_server.url)
    page.get_by_label("报到时使用的手机号").fill("13800000001")
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/confirm/**")
    expect(page.get_by_role("button", name="重新获取")).to_be_disabled()
    page.clock.run_for(61_000)
    expect(page.get_by_role("button", name="重新获取", exact=True)).to_be_enabled()
    page.get_by_role("button", name="换个手机号").click()
    expect(page.get_by_label("报到时使用的手机号")).to_have_value("13800000001")
    page.context.close()


def test_staff_on_a_phone_are_one_tap_away_and_a_desk_opens_as_ever(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    page = sit_down(chromium, PHONE, PHONE_AGENT)
    page.goto(live_server.url)
    page.get_by_role("link", name="工作人员登录").click()
    expect(page.get_by_label("密码")).to_be_visible()
    page.context.close()
    page = sit_down(chromium, DESK, DESK_AGENT)
    page.goto(live_server.url)
    expect(page.get_by_label("密码")).to_be_visible()
    page.context.close()
