"""The help in Chromium: its key, beside the list, and without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from members.tests.applicants import applied
from reports.workbench import guide
from tasks.tests.offers import make_offer
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast
from xianfeng.tests.test_access import client_of, session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HELP = "#panel h2:has-text('帮助：')"


def is_shut(page: Page) -> None:
    page.wait_for_function("!document.querySelector('#panel').innerHTML.trim()")


def test_the_key_opens_it_beside_the_list_and_escape_closes_it(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    registration = applied(cast)
    url = live_server.url + reverse("members:registrations")
    with open_page(chromium, url, DESK, session_of(client_of(cast, "community"))) as page:
        page.wait_for_load_state("networkidle")
        page.keyboard.press("Shift+?")
        page.wait_for_selector("#panel h2:has-text('帮助：报到')")
        assert page.query_selector("#panel [data-panel-step]") is None
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        is_shut(page)
        assert page.url == url and page.evaluate("document.activeElement.hasAttribute('data-help')")
        page.keyboard.press("Shift+?")
        page.wait_for_selector(HELP)
        page.keyboard.press("j")  # from the help into the list
        page.wait_for_selector(f"#panel h2:has-text('{registration.name}')")


def test_a_question_mark_that_is_typed_is_one(chromium: Browser, live_server: LiveServer, cast: Cast):
    url = live_server.url + reverse("tasks:list")
    with open_page(chromium, url, DESK, session_of(client_of(cast, "community"))) as page:
        page.wait_for_load_state("networkidle")
        page.keyboard.press("/")
        page.keyboard.type("?")
        assert page.input_value("#site-search") == "?" and not page.query_selector(HELP)


def test_the_guide_comes_back_from_the_panel_and_nothing_else_opens(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    make_offer(cast)  # a row on the first page that could open
    guide.put_away(cast.secretary.appointments.get())
    url = live_server.url + reverse("reports:desk_home")
    with open_page(chromium, url, DESK, session_of(client_of(cast, "community"))) as page:
        page.wait_for_load_state("networkidle")
        assert not page.query_selector(".first-steps")
        page.keyboard.press("Shift+?")
        page.click("#panel button:has-text('重新显示在工作台')")
        page.wait_for_selector(".first-steps")
        page.wait_for_load_state("networkidle")
        is_shut(page)
        assert axe_violations(page) == []


def test_on_a_phone_and_without_javascript_it_is_a_page(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    session = session_of(client_of(cast, "community"))
    url = live_server.url + reverse("tasks:list")
    with open_page(chromium, url, PHONE, session, javascript=False) as page:
        page.click("[data-help]")
        page.wait_for_selector("h1:has-text('帮助：任务')")
        assert page.url.endswith("/desk/help/?page=tasks:list") and overflow(page) <= 0
        page.click("main a:has-text('发布任务')")
        page.wait_for_selector("h1:has-text('使用手册：社区')")
