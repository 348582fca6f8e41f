"""The side panel in Chromium: keys go through the list, a decision leads on, and is taken back."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from members.models import Registration
from members.tests.applicants import applied, stranger
from xianfeng.testing.browser import DESK, axe_violations, open_page
from xianfeng.testing.cast import Cast
from xianfeng.tests.test_access import client_of, session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def heading(page: Page, text: str) -> None:
    page.wait_for_selector(f"#panel h2:has-text('{text}')")


def test_a_morning_s_registrations_by_keyboard(chromium: Browser, live_server: LiveServer, cast: Cast):
    first, second = applied(cast), stranger(cast)
    url = live_server.url + reverse("members:registrations") + "?state=submitted&q="
    with open_page(chromium, url, DESK, session_of(client_of(cast, "community"))) as page:
        page.wait_for_load_state("networkidle")
        shown = [link.inner_text() for link in page.query_selector_all(".data [data-panel=open]")]
        page.keyboard.press("j")
        heading(page, shown[0])
        assert page.is_disabled("#panel [data-panel-step='-1']")
        page.keyboard.press("j")
        heading(page, shown[1])
        page.keyboard.press("k")
        heading(page, shown[0])
        assert axe_violations(page) == []
        page.click("#panel .panel-actions button:has-text('确认报到')")
        heading(page, shown[1])  # the next one opens by itself, in the list as it was
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('#panel').innerHTML.trim()")
        assert page.url == url
    names = {first.name: first, second.name: second}
    assert not Registration.objects.get(pk=names[shown[0]].pk).is_open
    assert Registration.objects.get(pk=names[shown[1]].pk).is_open


def test_the_button_takes_it_back(chromium: Browser, live_server: LiveServer, cast: Cast):
    registration = applied(cast)
    url = live_server.url + reverse("members:registration", args=[registration.pk])
    with open_page(chromium, url, DESK, session_of(client_of(cast, "community"))) as page:
        page.click("button:has-text('确认报到')")
        page.click("#toasts button:has-text('撤销')")
        page.wait_for_selector("#toasts :text('恢复到办理之前')")
    assert Registration.objects.get(pk=registration.pk).is_open
