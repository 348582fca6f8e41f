"""The folded tree in Chromium."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def test_what_was_opened_stands_open_after_a_reload(chromium: Browser, live_server: LiveServer, cast: Cast):
    url = live_server.url + reverse("members:organizations")
    for size in (DESK, PHONE):
        with open_page(chromium, url, size, session_of(cast.city_officer)) as page:
            page.click("summary:has-text('城东街道党工委')")
            page.wait_for_url(f"**/?open={cast.street.pk}")
            page.reload()
            assert page.is_visible("a:has-text('青锋花苑')")
            assert axe_violations(page) == [] and overflow(page) == 0
            page.click("summary:has-text('城东街道党工委')")
            page.wait_for_url(url)
            assert not page.is_visible("a:has-text('青锋花苑')")


def test_without_scripts_the_tree_folds_and_opens_all_the_same(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    url = live_server.url + reverse("members:organizations")
    session = session_of(cast.city_officer)
    with open_page(chromium, url, PHONE, session, javascript=False) as page:
        page.click("summary:has-text('城东街道党工委')")
        assert page.is_visible("a:has-text('青锋花苑')")
        page.click("text=全部展开")
        assert page.is_visible("a:has-text('江新花苑')")
        page.fill(".filters input[name=q]", "xincun")
        page.click(".filters form button:has-text('筛选')")
        assert page.is_visible("a:has-text('青锋新村')") and not page.is_visible("a:has-text('江新花苑')")
