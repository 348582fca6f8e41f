"""Chromium for tests: fixture `chromium` (a browser) and `axe_violations(page)`.

Tests that use it are marked `browser`. Any message on the console of a page is an error: a blocked
script or style shows itself there and nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

AXE = Path(__file__).parents[1] / "tests" / "vendor" / "axe-core@4.14.0" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = (1440, 900)
PHONE = (360, 740)


def note(message: ConsoleMessage, said: list[str]) -> None:
    """What a page wrote to its console; Chromium's own word that a log-out cleared its data is none of it."""
    if "Clear-Site-Data header on" not in message.text:
        said.append(f"{message.type}: {message.text}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once for the run."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_page(
    browser: Browser, url: str, size: tuple[int, int] = DESK, session: str = "", *, javascript: bool = True
) -> Iterator[Page]:
    """A fresh page of a fresh profile at `url`; raises AssertionError for anything on its console."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", java_script_enabled=javascript
    )
    if session:
        # For the whole site: from the page's own address the cookie would take its folder.
        context.add_cookies([{"name": "sessionid", "value": session, "url": urljoin(url, "/")}])
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: note(message, said))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    yield page
    context.close()
    assert not said, said


def bring_axe_along(context: BrowserContext) -> None:
    """Every page of the profile has axe from the start: less work than handing it to one that is there."""
    context.add_init_script(path=AXE)


def axe_violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds on the page once it is there: rule, and the elements that break it."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        {"rule": rule["id"], "elements": [node["html"][:160] for node in rule["nodes"]]}
        for rule in found["violations"]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window; more than 0 means scrolling sideways."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
