"""The inbox on both faces and the list of unreached people, in Chromium."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from notices.models import Delivery, Notice
from notices.outbox import Message, send
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def session_of(user: User | None) -> str:
    client = Client()
    assert user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def tell(user: User | None, key: str = "k", url: str = "/me/notices/?state=unread") -> Delivery:
    assert user
    notice = send(Message(user, "test", f"{key}:{user.pk}", "进度提醒", "还差3面", url))
    return notice.deliveries.get()


def test_the_inbox_fits_both_faces_and_has_no_violation(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    url = live_server.url + reverse("notices:inbox")
    for user, size in ((cast.clerk, DESK), (cast.li.user, PHONE)):
        tell(user)
        with open_page(chromium, url, size, session_of(user)) as page:
            assert axe_violations(page) == []
            assert overflow(page) == 0
            page.click("button:has-text('查看详情')")
            page.wait_for_selector("text=没有未读通知")
            assert axe_violations(page) == []
    assert not Notice.objects.unread().exists()


def test_the_city_resends_the_ticked_ones(chromium: Browser, live_server: LiveServer, cast: Cast):
    first, second = tell(cast.clerk), tell(cast.secretary)
    Delivery.objects.update(state=Delivery.State.FAILED)
    url = live_server.url + reverse("notices:unreached")
    with open_page(chromium, url, DESK, session_of(cast.city_officer)) as page:
        assert axe_violations(page) == []
        page.check(f"input[name=pk][value='{first.pk}']")
        page.click("button:has-text('重新发送')")
        page.wait_for_selector("text=已重新发送 1 条")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("pending", "failed")
