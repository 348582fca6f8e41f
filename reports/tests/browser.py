"""People at their browsers: what the journeys of this folder are told with.

A `Visitor` is one person with a browser profile of their own. They find things by the words they
read, as people do; nothing here waits for a time, only for something to appear.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.internal.flows import login as log_in_flow
from celery.app.task import Task as Job
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import User
from notices.channels import sms
from xianfeng.celery import app as celery
from xianfeng.testing.browser import DESK, PHONE, axe_violations, note, overflow

PASSWORD = "a-password-for-journeys"
PATIENCE = 60_000  # milliseconds until something that should appear is missed; only a failure waits so long

Visit = Callable[..., "Visitor"]


class Visitor:
    """One person in front of one screen."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base, self.said, self.context = base, list[str](), context
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        tab = self.context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda message: note(message, self.said))
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        return tab

    # Moving about

    def leaves(self) -> "Visitor":
        """Close the tab for an empty one: nothing the page still had under way comes between."""
        self.page.close()
        self.page = self.new_tab()
        return self

    def go(self, path: str) -> "Visitor":
        self.page.goto(self.base + path)
        return self

    def follow(self, name: str, within: str = "body") -> "Visitor":
        self.page.locator(within).get_by_role("link", name=name).first.click()
        return self

    def press(self, name: str, within: str = "body") -> "Visitor":
        """A button, or the visible half of a confirmation."""
        self.page.locator(within).get_by_role("button", name=name).first.click()
        return self

    def confirm(self, label: str, action: str, reason: str = "", typed: str = "") -> "Visitor":
        """Open a confirmation and say yes, with a reason or what else has to be written."""
        self.page.locator("summary", has_text=label).first.click()
        box = self.page.locator("dialog[open], details[open] .confirm-box").last
        if reason:
            box.locator("[name=reason]").fill(reason)
        if typed:
            box.locator("[name=typed]").fill(typed)
        box.get_by_role("button", name=action, exact=True).click()
        return self

    def fill(self, within: str = "main", **fields: object) -> "Visitor":
        """Fields by name: text, moment, choice of a list, or True for a box to tick."""
        for name, value in fields.items():
            self.enter(self.page.locator(within).locator(f"[name='{name}']"), value)
        return self

    def enter(self, field: Locator, value: object) -> None:
        kind = field.first.get_attribute("type") or field.first.evaluate("one => one.tagName.toLowerCase()")
        if kind in ("radio", "checkbox"):
            chosen = field if value is True else field.and_(self.page.locator(f"[value='{value}']"))
            chosen.check()
        elif kind == "select":
            field.select_option(str(value))
        elif isinstance(value, dt.datetime):
            field.fill(timezone.localtime(value).strftime("%Y-%m-%dT%H:%M"))
        else:
            field.fill(str(value))

    # Looking

    def sees(self, text: str, within: str = "body") -> "Visitor":
        found = self.page.locator(within).get_by_text(text).filter(visible=True)
        expect(found.first).to_be_visible(timeout=PATIENCE)
        return self

    def misses(self, text: str, within: str = "main") -> "Visitor":
        found = self.page.locator(within).get_by_text(text).filter(visible=True)
        expect(found).to_have_count(0, timeout=PATIENCE)
        return self

    def is_at(self, path: str) -> "Visitor":
        """On this page; `path` may hold a regular expression's groups and classes."""
        self.page.wait_for_url(re.compile(re.escape(self.base) + path + r"(\?.*|#.*)?$"))
        return self

    def checks_page(self) -> "Visitor":
        """Whoever reads with a screen reader, or on a narrow screen, can use this page too."""
        assert axe_violations(self.page) == []
        assert overflow(self.page) <= 0
        return self

    # Logging in and out, on the pages for it

    def logs_in(self, user: User) -> "Visitor":
        """Staff: name and password."""
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        self.go("/accounts/login/").fill(login=user.username, password=PASSWORD)
        self.press("登录", within="main form.form")
        return self.is_at("/desk/")

    def logs_in_by_code(self, mobile: str) -> "Visitor":
        """Members: mobile and the code sent to it."""
        self.go("/accounts/login/code/").fill(phone=mobile).press("获取验证码")
        self.is_at("/accounts/login/code/confirm/").fill(code=code_sent_to(mobile)).press("确认")
        return self.is_at("/me/")


def code_sent_to(mobile: str) -> str:
    """The six digits of the newest text message to this mobile."""
    text = next(text for receiver, text in sms.recent() if receiver == mobile)
    found = re.search(r"\d{6}", text)
    assert found, text
    return found.group()


class Worker:
    """Takes the jobs that pages hand out, and does them when the story says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Job, tuple[Any, ...], dict[str, Any]]] = []

    def take(self, job: Job, args: Any = None, kwargs: Any = None, **options: Any) -> None:
        self.waiting.append((job, tuple(args or ()), dict(kwargs or {})))

    def works(self) -> list[str]:
        """Do everything that waits, and what that leads to. Gives the names of the jobs done."""
        done = []
        while self.waiting:
            job, args, kwargs = self.waiting.pop(0)
            job(*args, **kwargs)
            done.append(job.name)
        return done


class Clock:
    """The time that everybody's clock shows; it goes on by itself and jumps when told."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.real, self.ahead = timezone.now, dt.timedelta()
        patch.setattr(timezone, "now", lambda: self.real() + self.ahead)
        # A log-in notes its moment by the machine's clock.
        patch.setattr(log_in_flow, "time", SimpleNamespace(time=lambda: timezone.now().timestamp()))

    def jump_to(self, moment: dt.datetime) -> None:
        self.ahead = moment - self.real()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    celery.loader.import_default_modules()  # a job nobody has imported would go to the real queue
    worker = Worker()
    monkeypatch.setattr(Job, "apply_async", lambda job, *args, **options: worker.take(job, *args, **options))
    return worker


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer, worker: Worker) -> Iterator[Visit]:
    """`visit()` sits a new person at a desk, `visit(PHONE)` gives them a phone."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def sit_down(size: tuple[int, int] = DESK, *, javascript: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
        )
        visitor = Visitor(context, live_server.url)
        opened.append((context, visitor))
        return visitor

    yield sit_down
    said = [line for _context, visitor in opened for line in visitor.said]
    for context, _visitor in opened:
        context.close()
    assert said == [], "a page wrote to its console"


@pytest.fixture
def phone(visit: Visit) -> Visit:
    """A new person with a phone of 360 pixels."""
    return lambda **options: visit(PHONE, **options)
