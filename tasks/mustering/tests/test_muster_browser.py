"""A muster from the whistle to the thanks, in Chromium: the desk, two phones, the figures that move."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import User
from tasks.models import Claim, Muster
from tasks.tests.musters import answers, begun, whistle, yes
from tasks.tests.offers import user_of
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def whistle_on(page: Page) -> None:
    page.click("a:has-text('吹哨')")
    page.fill("[name=title]", "内涝排险")
    page.fill("[name=place]", "花苑南门")
    page.fill("[name=capacity]", "1")
    page.click("button:has-text('吹哨')")
    page.wait_for_selector("text=已吹哨")


def figure(page: Page, word: str) -> str:
    stat = page.locator("#count .stat", has=page.get_by_text(word, exact=True))
    return re.sub(r"\D", "", stat.locator(".stat-value").inner_text())


def test_three_roles_at_once(chromium: Browser, live_server: LiveServer, cast: Cast) -> None:
    url, desk = live_server.url, session_of(cast.secretary)
    li, wang = (session_of(user_of(member)) for member in (cast.li, cast.wang))
    with open_page(chromium, url + reverse("tasks:musters"), DESK, desk) as staff:
        whistle_on(staff)
        assert (figure(staff, "已集结"), figure(staff, "参加"), figure(staff, "未答复")) == ("2", "0", "2")
        # On the phone it stands first, on whatever page one is, and one tap answers.
        with open_page(chromium, url + reverse("flags:my_flags"), PHONE, li) as phone:
            phone.click("button:has-text('参加')")
            phone.wait_for_selector("text=已答复参加")
        with open_page(chromium, url + reverse("reports:me"), PHONE, wang, javascript=False) as phone:
            phone.click("button:has-text('来不了')")
            phone.wait_for_selector("text=不用说明原因")
        # The figures move by themselves.
        came = staff.locator("#count .stat", has=staff.get_by_text("参加", exact=True))
        expect(came.locator(".stat-value")).to_contain_text("1", timeout=15_000)
        assert figure(staff, "来不了") == "1"
        begun(Muster.objects.select_related("task").get())
        staff.goto(url + reverse("tasks:roll_call", args=[Muster.objects.get().pk]))
        staff.click("button:has-text('到了')")
        staff.wait_for_selector("text=已到 1 人")
        assert Claim.objects.get(state="claimed").was_present
        staff.goto(url + reverse("tasks:muster", args=[Muster.objects.get().pk]))
        staff.click("button:has-text('解除集结')")
        staff.wait_for_selector("text=已解除")
        assert staff.locator("#count[hx-get]").count() == 0  # nothing is asked any more
    with open_page(chromium, url + reverse("reports:me"), PHONE, li) as phone:
        assert phone.locator("button:has-text('参加')").count() == 0
    assert answers(Muster.objects.get()) == {"李建国": "accepted", "王秀英": "declined"}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_fit_and_have_no_violation(
    chromium: Browser, live_server: LiveServer, cast: Cast, size: tuple[int, int]
) -> None:
    muster = whistle(cast, by=cast.city_officer, publisher=cast.city, audience=[cast.city])
    yes(muster, cast.li)
    begun(muster)
    names = ("tasks:muster", "tasks:roll_call")
    paths = [reverse("tasks:muster_new"), *(reverse(name, args=[muster.pk]) for name in names)]
    paths.append(reverse("tasks:muster", args=[muster.pk]) + "?of=called")
    desk, member = session_of(cast.secretary), session_of(user_of(cast.wang))
    shown = [(path, desk) for path in paths]
    shown += [(reverse("tasks:muster_call", args=[muster.pk]), member), (reverse("reports:me"), member)]
    for path, session in shown:
        with open_page(chromium, live_server.url + path, size, session) as page:
            assert axe_violations(page) == [], path
            assert overflow(page) <= 0, path
