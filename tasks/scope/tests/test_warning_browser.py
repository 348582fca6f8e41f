"""The task form in real Chromium: while a title is written, the rule that speaks against it stands below."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from members.models import User
from tasks.models import ServiceItem
from xianfeng.testing.browser import PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def test_the_warning_comes_and_goes_with_the_title(cast: Cast, live_server, chromium: Browser) -> None:
    url = live_server.url + reverse("tasks:new")
    with open_page(chromium, url, PHONE, session=session_of(cast.clerk)) as page:
        warned = page.get_by_text("发布时会先送市里审核")
        page.get_by_label("标题").fill("替社区录入表格")
        expect(warned).to_be_visible()
        assert axe_violations(page) == [] and overflow(page) <= 0
        page.get_by_label("标题").fill("周末清洁楼道")
        expect(warned).to_have_count(0)
        page.get_by_label("服务事项").select_option(str(ServiceItem.objects.get(code="ACT-02").pk))
        expect(page.get_by_text("打扫社区办公室")).to_be_visible()
