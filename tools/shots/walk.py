"""What every journey walks with: a browser as each role, and a picture small enough to keep."""

import io
import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page

LARGEST = 150_000  # bytes of one picture
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
PASSWORD = "xianfeng-2026"
HOME = "C01E1"  # estate of the journeys


class Walk:
    """One run through all journeys; what one person makes, the next one finds."""

    def __init__(self, browser: Browser, base: str, out: Path, member: str) -> None:
        self.browser, self.base, self.out, self.member = browser, base, out, member
        self.serial = random.SystemRandom().randrange(1_000, 10_000)
        self.newcomer = f"139{self.serial:04d}{random.SystemRandom().randrange(10_000):04d}"
        self.second = f"136{self.newcomer[3:]}"
        self.need = f"厨房水龙头漏水，想请懂水电的同志帮忙换一下（{self.serial}）"
        self.join_path = self.wish_path = ""

    @contextmanager
    def page(self, viewport: dict[str, int]) -> Iterator[Page]:
        context = self.browser.new_context(
            viewport={"width": viewport["width"], "height": viewport["height"]},
            base_url=self.base,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        try:
            yield context.new_page()
        finally:
            context.close()

    @contextmanager
    def desk(self, username: str) -> Iterator[Page]:
        with self.page(DESK) as page:
            page.goto("/accounts/login/")
            page.get_by_label("账号", exact=True).fill(username)
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            press(page, "登录")
            yield page

    def code(self, mobile: str) -> str:
        """The newest one-time code sent to a mobile."""
        with self.page(PHONE) as page:
            page.goto("/dev/messages/")
            text = page.locator("li", has_text=mobile).first.inner_text()
        found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
        if not found:
            raise SystemExit(f"No code for {mobile} under /dev/messages/.")
        return found.group()

    def shot(self, page: Page, name: str, at: Locator | None = None) -> None:
        """Keep what the window shows, from `at` on, in few enough colours to stay small."""
        page.wait_for_load_state("networkidle")
        if at is not None:
            at.first.evaluate("element => element.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(300)  # what was scrolled or unfolded comes to rest
        page.evaluate("document.querySelectorAll('.toasts > *').forEach(toast => toast.remove())")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        for colours in (128, 64, 32, 16):
            kept = io.BytesIO()
            picture.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
            if kept.tell() <= LARGEST:
                break
        (self.out / f"{name}.png").write_bytes(kept.getvalue())
        sys.stdout.write(f"{name}.png  {kept.tell() // 1000} kB\n")


def press(page: Page, name: str) -> None:
    """Press the page's own button and wait for what comes."""
    page.locator("main").get_by_role("button", name=name).first.click()
    page.wait_for_load_state("networkidle")


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()
    page.wait_for_load_state("networkidle")
