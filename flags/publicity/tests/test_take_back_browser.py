"""Taking a publicity back in Chromium: the dialog asks for the reason, on a desk and on a phone."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from flags import ledger
from flags.assessment import assessing
from xianfeng.lib.times import today
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import award_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_dialog_asks_for_the_reason(
    chromium: Browser, live_server: LiveServer, cast: Cast, size: tuple[int, int]
):
    year = today().year - 1
    ledger.award([award_of(cast, service_date=dt.date(year, 3, 5))], by=cast.secretary)
    run = assessing.publicise(assessing.official(year), typed=str(year), by=cast.city_officer)
    client = Client()
    client.force_login(cast.city_officer, backend="django.contrib.auth.backends.ModelBackend")
    url, session = reverse("flags:assessment", args=[run.pk]), client.cookies["sessionid"].value
    with open_page(chromium, live_server.url + url, size, session) as page:
        assert (axe_violations(page), overflow(page)) == ([], 0)
        page.click("text=撤回公示")
        dialog = page.locator("dialog[open]")
        dialog.locator("[name=reason]").fill("漏算了十二月的补记")
        assert (axe_violations(page), overflow(page)) == ([], 0)
        dialog.locator("button:has-text('撤回公示')").click()
        page.wait_for_selector("text=公示已撤回")
    run.refresh_from_db()
    assert run.is_draft
