"""The design system in Chromium: axe, narrow windows, dialogs, the side panel, and without JavaScript."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("xianfeng.ui.tests.styleguide_urls"),
]
PAGES = [
    "/styleguide/",
    "/styleguide/3/",
    "/styleguide/phone/",
    "/styleguide/public/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
]


@pytest.mark.parametrize(
    ("path", "size"),
    [*((path, size) for path in PAGES for size in (DESK, PHONE)), ("/styleguide/", (768, 1024))],
    ids=str,
)
def test_pages_have_no_violation_and_no_sideways_scrolling(
    chromium: Browser, live_server: LiveServer, path: str, size: tuple[int, int]
) -> None:
    with open_page(chromium, live_server.url + path, size) as page:
        assert axe_violations(page) == []
        assert overflow(page) <= 0


def test_a_confirmation_opens_as_dialog_and_gives_the_focus_back(
    chromium: Browser, live_server: LiveServer
) -> None:
    with open_page(chromium, live_server.url + "/styleguide/") as page:
        page.click("summary:has-text('取消任务')")
        assert page.locator("dialog h2").inner_text().startswith("取消“楼道清洁”")
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="detached")
        assert "取消任务" in page.evaluate("document.activeElement.textContent")


def test_a_confirmation_works_without_javascript(chromium: Browser, live_server: LiveServer) -> None:
    with open_page(chromium, live_server.url + "/styleguide/", javascript=False) as page:
        page.click("summary:has-text('取消任务')")
        assert page.locator("details[open] .confirm-box textarea[name=reason]").is_visible()
        assert not page.locator("[data-check-all]").is_visible()
        assert page.locator("#bulk button[value=remind]").is_visible()


def test_ticking_rows_shows_the_bulk_bar_with_their_count(chromium: Browser, live_server: LiveServer) -> None:
    with open_page(chromium, live_server.url + "/styleguide/") as page:
        assert not page.locator("#bulk").is_visible()
        page.check("input[name=pk][value='2']")
        assert page.locator("[data-bulk-count]").inner_text() == "1"
        page.check("[data-check-all]")
        assert page.locator("[data-bulk-count]").inner_text() == "8"
        page.click("[data-bulk-clear]")
        assert not page.locator("#bulk").is_visible()


def test_the_side_panel_keeps_the_list_and_the_address_tells_what_is_open(
    chromium: Browser, live_server: LiveServer
) -> None:
    start = live_server.url + "/styleguide/?unit=edu"
    with open_page(chromium, start) as page:
        page.click("tbody tr:nth-child(3) a")
        page.wait_for_selector("#panel .panel-head")
        assert page.url.endswith("/styleguide/3/")
        assert page.locator("table.data tbody tr").first.is_visible()
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        assert page.url == start
        assert page.locator("#panel").inner_html() == ""


def test_back_closes_the_side_panel(chromium: Browser, live_server: LiveServer) -> None:
    start = live_server.url + "/styleguide/?unit=edu"
    with open_page(chromium, start) as page:
        page.click("tbody tr:nth-child(3) a")
        page.wait_for_selector("#panel .panel-head")
        page.go_back(wait_until="load")
        page.wait_for_selector("#panel:not(:has(*))", state="attached")
        assert page.url == start


def test_a_form_is_sent_once_however_often_it_is_clicked(chromium: Browser, live_server: LiveServer) -> None:
    with open_page(chromium, live_server.url + "/styleguide/") as page:
        page.evaluate(
            """() => {
              window.sent = 0;
              document.addEventListener("submit", (event) => {
                if (!event.defaultPrevented) { window.sent += 1; event.preventDefault(); }
              });
            }"""
        )
        for _click in range(3):
            page.locator("main form.form button.btn-primary").first.click()
        assert page.evaluate("window.sent") == 1


def test_a_phone_reaches_every_entry_with_a_finger(chromium: Browser, live_server: LiveServer) -> None:
    with open_page(chromium, live_server.url + "/styleguide/phone/", PHONE) as page:
        boxes = [tab.bounding_box() for tab in page.locator(".tabbar a").all()]
        assert len(boxes) == 5
        assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
