"""The first screen's charts in Chromium: by mouse, by keyboard, on a phone."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from xianfeng.lib.times import today
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast, User
from xianfeng.testing.ledger import Light

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_bar_is_reached_by_keyboard_and_opens_its_lines(
    chromium: Browser, live_server: LiveServer, cast: Cast, light: Light, size: tuple[int, int]
):
    light(cast.li, flags=3, service_date=today())
    url = live_server.url + reverse("reports:desk_home")
    with open_page(chromium, url, size, session_of(cast.secretary)) as page:
        assert axe_violations(page) == [] and overflow(page) == 0
        bar = page.locator(".chart-columns svg a[href]")
        assert bar.count() == 1
        bar.focus()
        page.keyboard.press("Tab")  # on to the first bar of the other chart
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"{today().month}月：3面"
        page.keyboard.press("Enter")
        page.wait_for_url("**since=**")
        assert page.is_visible("text=红旗合计 3 面")


def test_the_first_steps_fit_both_faces(chromium: Browser, live_server: LiveServer, cast: Cast):
    url = live_server.url + reverse("reports:desk_home")
    for size in (DESK, PHONE):
        with open_page(chromium, url, size, session_of(cast.secretary)) as page:
            assert axe_violations(page) == [] and overflow(page) == 0
            assert page.is_visible("text=打印报到海报")
