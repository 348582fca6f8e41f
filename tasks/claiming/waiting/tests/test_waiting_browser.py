"""A member waits for a place and takes it on a phone, in Chromium, with and without JavaScript."""

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tasks.claiming.claiming import withdraw
from tasks.claiming.waiting.tests.lines import full_task, join, place_of, state_of
from tasks.tests.offers import DAY, user_of
from xianfeng.testing.browser import PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(cast: Cast) -> str:
    client = Client()
    client.force_login(user_of(cast.wang))
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_in_line_and_then_yes(
    chromium: Browser, live_server: LiveServer, cast: Cast, session: str, javascript: bool
) -> None:
    task = full_task(cast, cast.li, starts_in=5 * DAY)
    with open_page(
        chromium, f"{live_server.url}/me/tasks/{task.pk}/", PHONE, session, javascript=javascript
    ) as page:
        page.click("button:has-text('排队候补（前面 0 人）')")
        page.wait_for_selector("text=候补第 1 位，共 1 人候补")
        withdraw(place_of(task, cast.li), by=user_of(cast.li))
        page.goto(f"{live_server.url}/me/")
        page.click("button:text-is('接受')")
        page.wait_for_selector("text=接下来怎么做")
    assert state_of(task, cast.wang) == "claimed"


def test_no_gives_it_on_and_out_of_the_line_is_two_taps(
    chromium: Browser, live_server: LiveServer, cast: Cast, session: str
) -> None:
    offered, waited = (full_task(cast, cast.li, starts_in=days * DAY) for days in (5, 9))
    for task in (offered, waited):
        join(task, cast.wang)
    withdraw(place_of(offered, cast.li), by=user_of(cast.li))
    with open_page(
        chromium, f"{live_server.url}/me/claims/{place_of(offered, cast.wang).pk}/", PHONE, session
    ) as page:
        assert axe_violations(page) == [] and overflow(page) <= 0
        page.click("button:text-is('不接受')")
        page.wait_for_selector("text=已告知不参加")
        page.goto(f"{live_server.url}/me/claims/{place_of(waited, cast.wang).pk}/")
        assert axe_violations(page) == [] and overflow(page) <= 0
        page.click("summary:has-text('退出候补')")
        page.click("button:has-text('确认退出候补')")
        page.wait_for_selector("text=已退出候补")
    states = [state_of(task, cast.wang) for task in (offered, waited)]
    assert states == ["declined", "withdrawn"]
