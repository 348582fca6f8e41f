"""A member claims and gives back on a phone, in Chromium, with and without JavaScript."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tasks.models import Claim
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from wishes.models import Wish
from xianfeng.testing.browser import PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(cast: Cast) -> str:
    client = Client()
    client.force_login(user_of(cast.li))
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_claiming_and_giving_back(
    chromium: Browser, live_server: LiveServer, cast: Cast, session: str, javascript: bool
) -> None:
    make_offer(cast, title="清洁楼道", starts_in=3 * DAY)
    with open_page(chromium, f"{live_server.url}/me/tasks/", PHONE, session, javascript=javascript) as page:
        page.click("text=清洁楼道")
        page.click("button:has-text('接单')")
        page.wait_for_selector("text=接单成功")
        assert Claim.objects.get().state == Claim.State.CLAIMED
        page.click("summary:has-text('退出这项任务')")
        page.click("button:has-text('确认退出')")
        page.wait_for_selector("text=名额已放出")
    assert Claim.objects.get().state == Claim.State.WITHDRAWN


def test_two_quick_taps_take_one_place_and_show_no_error(
    chromium: Browser, live_server: LiveServer, cast: Cast, session: str
) -> None:
    task = make_offer(cast, capacity=1)
    with open_page(chromium, f"{live_server.url}/me/tasks/{task.pk}/", PHONE, session) as page:
        page.dblclick("button:has-text('接单')")
        page.wait_for_selector("text=接下来怎么做")
        assert page.locator(".toast-danger").count() == 0
    task.refresh_from_db()
    assert task.places_taken == Claim.objects.count() == 1


def test_the_phone_s_task_pages_fit_and_have_no_violation(
    chromium: Browser, live_server: LiveServer, cast: Cast, session: str
) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="陪同就医", state=Wish.State.PUBLISHED)
    held = take(make_offer(cast, wish=wish, starts_in=3 * HOUR), cast.li)
    Claim.objects.create(
        task=make_offer(cast, starts_in=-DAY), member=cast.li, state="no_show", claimed_at=timezone.now()
    )
    blocked, free = (
        make_offer(cast, starts_in=4 * HOUR),
        make_offer(cast, text="带上手套。", risk_note="注意来车"),
    )
    paths = ["tasks/", f"tasks/{blocked.pk}/", f"tasks/{free.pk}/", "claims/", f"claims/{held.pk}/"]
    for path in paths:
        with open_page(chromium, f"{live_server.url}/me/{path}", PHONE, session) as page:
            assert axe_violations(page) == [], path
            assert overflow(page) <= 0, path
