"""The desk's pages in real Chromium: a whole task verified with two clicks, and axe finds nothing."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from flags.models import FlagEntry
from members.models import User
from tasks.tests.desk import ended_task
from tasks.tests.offers import make_offer
from xianfeng.testing.browser import axe_violations, open_page
from xianfeng.testing.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def test_a_whole_task_is_verified_with_two_clicks(cast: Cast, live_server, chromium: Browser) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    url = live_server.url + reverse("tasks:verify", args=[task.pk])
    with open_page(chromium, url, session=session_of(cast.clerk)) as page:
        page.get_by_text("全部到场并评为“好”").click()
        assert page.locator("[data-verify-summary]").inner_text() == "到场 2 人，未到场 0 人，亮旗 2 面"
        page.locator("input[value=absent]").first.check()
        assert page.locator("select").first.input_value() == ""
        page.get_by_role("button", name="认定并亮旗").click()
        page.wait_for_url(live_server.url + reverse("tasks:detail", args=[task.pk]))
    assert sorted(task.claims.values_list("state", flat=True)) == ["no_show", "verified"]
    assert FlagEntry.objects.count() == 1


def test_a_row_left_open_stays_open_and_an_absent_one_is_grey(
    cast: Cast, live_server, chromium: Browser
) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    url = live_server.url + reverse("tasks:verify", args=[task.pk])
    with open_page(chromium, url, session=session_of(cast.clerk)) as page:
        page.get_by_text("全部到场并评为“好”").click()
        first, second = page.locator("tbody tr").all()
        first.locator("select").select_option("")
        page.get_by_text("全部到场并评为“好”").click()
        first.locator("input[value=present]").check()
        assert (first.locator("select").input_value(), second.locator("select").input_value()) == ("", "good")
        ground = "one => getComputedStyle(one).backgroundColor"
        before = second.evaluate(ground)
        second.locator("input[value=absent]").check()
        assert second.evaluate(ground) != before == first.evaluate(ground)
        page.get_by_role("button", name="认定并亮旗").click()
        page.get_by_text("已认定 1 人").first.wait_for()
    assert list(task.claims.order_by("pk").values_list("state", flat=True)) == ["claimed", "no_show"]


def test_without_javascript_the_bulk_link_fills_the_form(cast: Cast, live_server, chromium: Browser) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    url = live_server.url + reverse("tasks:verify", args=[task.pk])
    with open_page(chromium, url, session=session_of(cast.clerk), javascript=False) as page:
        page.get_by_text("全部到场并评为“好”").click()
        page.get_by_role("button", name="认定并亮旗").click()
    assert set(task.claims.values_list("state", flat=True)) == {"verified"}


def test_the_form_follows_the_catalogue_and_the_start(cast: Cast, live_server, chromium: Browser) -> None:
    item = make_offer(cast).item
    with open_page(chromium, live_server.url + reverse("tasks:new"), session=session_of(cast.clerk)) as page:
        page.select_option("[name=item]", str(item.pk))
        assert page.get_attribute("[name=minutes]", "placeholder") == str(item.default_minutes)
        page.fill("[name=starts_at]", "2030-01-05T14:00")
        page.dispatch_event("[name=starts_at]", "change")
        assert page.input_value("[name=ends_at]") == "2030-01-05T16:00"


@pytest.mark.parametrize("name", ["list", "new", "detail", "verify", "to_verify", "sheet", "items"])
def test_axe_finds_nothing(cast: Cast, live_server, chromium: Browser, name: str) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    arguments = [task.pk] if name in ("detail", "verify", "sheet") else []
    url = live_server.url + reverse(f"tasks:{name}", args=arguments)
    with open_page(chromium, url, session=session_of(cast.secretary)) as page:
        assert axe_violations(page) == []
