"""Residents' and members' pages in large text, and with a root of 200 %, on a phone of 360 pixels."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from xianfeng.settings import TEXT_SIZE_COOKIE
from xianfeng.testing.browser import PHONE, axe_violations, overflow
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code
from xianfeng.tests.tables.access import ACCESS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOG_IN = ["/accounts/login/", "/accounts/login/code/", "/no-such-page/"]
PUBLIC = [
    "wishes:ask",
    "wishes:track",
    "wishes:tracked",
    "wishes:asked",
    "members:join",
    "members:lost_number",
]
OWN = [
    "reports:me", "tasks:browse", "tasks:offer", "tasks:my_claims", "tasks:my_claim", "flags:my_flags",
    "members:profile", "members:profile_edit", "members:profile_correct", "members:looked_up",
    "members:my_number", "notices:inbox", "usersessions_list",
]  # fmt: skip
SMALL = """[...document.querySelectorAll("button, .btn, select, textarea, .tabbar a, input")]
    .filter((one) => one.checkVisibility() && !["hidden", "checkbox", "radio"].includes(one.type))
    .filter((one) => one.getBoundingClientRect().height < 48)
    .map((one) => one.outerHTML.slice(0, 100))"""
# The last of a page, scrolled to, ends above the tabs.
HIDDEN = """() => {
    const tabs = document.querySelector(".tabbar");
    if (!tabs) return 0;
    window.scrollTo({ top: document.body.scrollHeight, behavior: "instant" });
    const last = document.querySelector("main").getBoundingClientRect().bottom;
    return Math.max(0, last - tabs.getBoundingClientRect().top);
}"""


def faults(page: Page) -> list[object]:
    found: list[object] = [*page.evaluate(SMALL), *axe_violations(page)]
    found += [f"{over} px too wide" for over in [overflow(page)] if over > 0]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"{over} px too wide at 200 %" for over in [overflow(page)] if over > 0]
    found += [f"{hidden} px under the tabs" for hidden in [page.evaluate(HIDDEN)] if hidden > 0]
    return found


def addresses(cast: Cast, names: list[str]) -> Iterator[str]:
    for name in names:
        access = ACCESS.get(name)
        yield reverse(name, kwargs=access.kwargs(cast)) + access.query if access else reverse(name)


@pytest.fixture
def phone(chromium: Browser, live_server: LiveServer, client: Client) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    context.add_cookies([{"name": TEXT_SIZE_COOKIE, "value": "large", "url": live_server.url}])
    yield context.new_page()
    context.close()


def walk(page: Page, base: str, paths: list[str]) -> dict[str, list[object]]:
    found = {}
    for path in paths:
        page.goto(base + path)
        expect(page.locator("html.large-text")).to_have_count(1)
        if wrong := faults(page):
            found[path] = wrong
    return found


def test_residents_pages_hold_large_text(phone: Page, live_server: LiveServer, cast: Cast):
    assert walk(phone, live_server.url, [*LOG_IN, *addresses(cast, PUBLIC)]) == {}


def test_members_pages_hold_large_text(phone: Page, live_server: LiveServer, client: Client, cast: Cast):
    paths = list(addresses(cast, OWN))
    log_in_by_code(client, cast.li.user)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    phone.context.add_cookies([session])  # type: ignore[list-item]
    assert walk(phone, live_server.url, paths) == {}


@pytest.mark.parametrize("javascript", [True, False])
def test_one_tap_changes_the_text_and_back(
    chromium: Browser, live_server: LiveServer, cast: Cast, javascript: bool
):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{live_server.url}/w/{cast.community.public_code}/")
    if javascript:
        page.get_by_label("您需要什么帮助？").fill("想请人上门理发")
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html.large-text")).to_have_count(1)
    if javascript:  # what was typed is still there
        expect(page.get_by_label("您需要什么帮助？")).to_have_value("想请人上门理发")
    page.goto(f"{live_server.url}/w/track/")
    expect(page.locator("html.large-text")).to_have_count(1)
    page.get_by_role("button", name="标准").click()
    expect(page.locator("html.large-text")).to_have_count(0)
    context.close()
