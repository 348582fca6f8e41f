"""Every page of every desk on a phone and at 200 %: nothing scrolls sideways, targets can be hit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, ViewportSize

from xianfeng.testing.browser import PHONE, axe_violations, bring_axe_along, note, overflow
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access import ACCESS
from xianfeng.tests.tables.answers import Access
from xianfeng.tests.test_access import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

SITE = "http://localhost"
DESKS = ("community", "unit", "city", "estate", "street", "auditor")
ZOOMED = (720, 450)  # a screen of 1440 × 900 at 200 %
# In CSS pixels. Links within a sentence are read, not aimed at.
TARGET = 44
SMALL = """target => {
  const fields = "select, textarea, input:not([type=hidden], [type=radio], [type=checkbox])";
  const aimed = `a[href], button, summary, ${fields}`;
  const isRead = (one) => one.matches("a:not(.btn)") && one.closest("p, li, dd, small, .note");
  return [...document.querySelectorAll(aimed)]
    .filter((one) => !one.closest(".visually-hidden, .skip-link") && !isRead(one) && one.checkVisibility())
    .filter((one) => one.getBoundingClientRect().height < target - 0.5)
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 12)}`);
}"""
# A sheet for pens is as wide as its paper.
SIDEWAYS = """() => [...document.querySelectorAll(".table-wrap:not(.sheet)")]
  .filter((wrap) => wrap.scrollWidth > wrap.clientWidth + 1)
  .map((wrap) => wrap.textContent.trim().slice(0, 20))"""


def pages() -> Iterator[tuple[str, Access, str]]:
    """Each address of the portal that some desk opens, with the first one that does."""
    for name, access in sorted(ACCESS.items()):
        desk = next((role for role in DESKS if access.get and access.get.get(role) == 200), None)
        if desk:
            yield name, access, desk


def path_of(name: str, access: Access, cast: Cast) -> str:
    return reverse(name, kwargs=access.kwargs(cast)) + access.query


def faults(page: Page) -> dict[str, Any]:
    found = {
        "wider than the window": overflow(page),
        "tables that scroll": page.evaluate(SIDEWAYS),
        "axe": axe_violations(page),
    }
    return {what: fault for what, fault in found.items() if fault}


def test_every_page_of_a_desk_fits_a_phone_and_a_screen_at_200_per_cent(chromium: Browser, cast: Cast):
    found: dict[str, Any] = {}
    with answering(chromium) as (page, answer_by):
        for name, access, desk in pages():
            with transaction.atomic():  # what a page needs to be there is not there for the next
                path, client = path_of(name, access, cast), client_of(cast, desk)
                answer_by(client)
                if 'class="desk"' in client.get(path).content.decode(errors="replace"):
                    found[name] = faults_at(page, SITE + path)
                transaction.set_rollback(True)
    assert len(found) > 60
    assert {name: each for name, each in found.items() if any(each[0].values()) or each[1]} == {}


@contextmanager
def answering(chromium: Browser) -> Iterator[tuple[Page, Callable[[Client], None]]]:
    """A page whose requests a test client answers, within the test's own transaction."""
    clients, said = list[Client](), list[str]()
    context = chromium.new_context(locale="zh-CN")
    here = copy_context()  # Playwright answers elsewhere, where Django would open a connection of its own
    context.route("**/*", lambda route: here.copy().run(fulfil, route, clients[-1]))
    bring_axe_along(context)
    page = context.new_page()
    page.on("console", lambda message: note(message, said))
    yield page, clients.append
    context.close()
    assert not said, said


def fulfil(route: Route, client: Client) -> None:
    parts = urlsplit(route.request.url)
    if parts.path.startswith("/static/"):
        return route.fulfill(path=finders.find(unquote(parts.path.removeprefix("/static/"))))
    answer = client.get(f"{parts.path}?{parts.query}")
    return route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


def faults_at(page: Page, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """On a phone, and at 200 %."""
    page.set_viewport_size(sized(PHONE))
    page.goto(url)
    at_phone = faults(page) | {"small": page.evaluate(SMALL, TARGET)}
    page.set_viewport_size(sized(ZOOMED))
    return at_phone, faults(page)


def sized(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}
