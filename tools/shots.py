"""Pictures of the manual, taken by walking its journeys in a running demo portal.

    make run                      # in one terminal
    make shots                    # in another; PORT=… as for `make run`

Every run adds one person, one wish and one task to the demo city, so it talks to this machine only and
takes its best pictures in a fresh city.
A picture that cannot be taken any more means that the manual no longer tells the truth.
"""

import argparse
import io
import os
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "img"
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


# --- Journeys, in the order of the manual ---------------------------------------------------------


def city_imports(walk: Walk) -> None:
    """The roster: upload, look, confirm. The person in it registers later."""
    roster = "\n".join(
        [
            "姓名,联系电话,工作单位,居住社区,备注,民族",
            f"方晓晨,{walk.newcomer},市发展和改革局,青锋社区,,汉",
            "何静,1.39E+10,市发展和改革局,青锋社区,,汉",
            f"沈国华,139{walk.serial:04d}0000,市发改局,青锋社区,,汉",
        ]
    )
    with walk.desk("city") as page:
        walk.shot(page, "city-home")
        page.goto("/desk/imports/new/")
        walk.shot(page, "city-import-upload")
        page.locator("input[type=file]").set_input_files(
            {"name": "市发改局名册.csv", "mimeType": "text/csv", "buffer": roster.encode()}
        )
        press(page, "上传并检查")
        page.get_by_role("button", name="确认导入").wait_for()
        walk.shot(page, "city-import-preview")
        press(page, "确认导入")
        page.get_by_text("确认：新增").wait_for()
        walk.shot(page, "city-import-done")


def city_keeps(walk: Walk) -> None:
    """Tree, appointments, catalogue, rules, the yearly check."""
    with walk.desk("city") as page:
        for name, path in {
            "city-organizations": "/desk/organizations/",
            "city-items": "/desk/items/",
            "city-policy": "/desk/policies/2026/",
            "city-assessments": "/desk/assessments/",
        }.items():
            page.goto(path)
            walk.shot(page, name)
        page.goto("/desk/assessments/")
        page.locator("main tbody a").first.click()
        page.wait_for_load_state("networkidle")
        walk.shot(page, "city-assessment")
        page.locator("main tbody a").first.click()
        page.get_by_role("heading", name="依据").wait_for()
        walk.shot(page, "city-assessment-result")
        page.goto("/desk/appointments/")
        page.get_by_text("任命人员").first.click()
        walk.shot(page, "city-appoint")
        page.goto("/desk/tasks/new/")
        page.get_by_label("指定街道、社区或单位").check()
        walk.shot(page, "city-task-audience", page.get_by_role("heading", name="谁来做"))


def city_exports(walk: Walk) -> None:
    """A list as a file: the columns, what is one's own, and the log."""
    with walk.desk("city") as page:
        page.goto("/desk/members/?sort=-flags")
        page.locator("main").get_by_role("link", name="导出").click()
        page.wait_for_load_state("networkidle")
        walk.shot(page, "city-export")
        with page.expect_download():
            press(page, "导出")
        page.goto("/desk/exports/")
        walk.shot(page, "city-exports")
        page.goto("/desk/exports/log/")
        walk.shot(page, "city-export-log")


def posters(walk: Walk) -> None:
    """The two addresses behind the codes of the estate."""
    with walk.desk("c01") as page:
        page.goto("/desk/organizations/")
        page.locator("tr", has_text=HOME).get_by_role("link").first.click()
        page.get_by_role("link", name="二维码海报").click()
        page.wait_for_load_state("networkidle")
        walk.shot(page, "community-poster")
        paths = [urlsplit(text.strip()).path for text in page.locator(".poster-url").all_inner_texts()]
        walk.join_path, walk.wish_path = paths


def member_joins(walk: Walk) -> None:
    """Registration by the code on the poster: four steps."""
    with walk.page(PHONE) as page:
        page.goto(walk.join_path)
        page.get_by_label("姓名").fill("方晓晨")
        page.get_by_label("手机号").fill(walk.newcomer)
        page.get_by_placeholder("输入几个字查找单位").fill("发展和改革")
        walk.shot(page, "member-join-who")
        press(page, "获取验证码")
        page.get_by_label("短信验证码").fill(walk.code(walk.newcomer))
        walk.shot(page, "member-join-code")
        press(page, "下一步")
        page.get_by_label("小区").select_option(label="青锋花苑")
        page.get_by_label("住址").fill("3 幢 2 单元 501")
        walk.shot(page, "member-join-home")
        press(page, "下一步")
        page.get_by_label("水电维修").check()
        page.get_by_label("周六上午").check()
        walk.shot(page, "member-join-service")
        press(page, "下一步")
        page.locator("input[name=promise]").check()
        walk.shot(page, "member-join-promise")
        press(page, "提交报到")
        walk.shot(page, "member-join-done")


def community_confirms(walk: Walk) -> None:
    with walk.desk("c01") as page:
        walk.shot(page, "community-home")
        page.goto("/desk/registrations/")
        walk.shot(page, "community-registrations")
        page.get_by_role("link", name="方晓晨").first.click()
        page.get_by_role("button", name="确认报到").last.wait_for()
        walk.shot(page, "community-registration")
        page.locator(".decide").get_by_role("button", name="确认报到").click()
        page.wait_for_load_state("networkidle")
        page.goto("/desk/reconciliation/")
        walk.shot(page, "community-reconciliation")


def resident_asks(walk: Walk) -> None:
    """A wish without an account, and the code to follow it by."""
    with walk.page(PHONE) as page:
        page.goto(walk.wish_path)
        page.locator("textarea[name=need]").fill("厨房水龙头漏水，请打 13800001234 找我")
        press(page, "下一步")
        walk.shot(page, "resident-warning")
        page.goto(walk.wish_path)
        page.locator("textarea[name=need]").fill(walk.need)
        walk.shot(page, "resident-need")
        press(page, "下一步")
        page.get_by_label("怎么称呼您").fill("王阿姨")
        page.get_by_label("手机号").fill("13800001234")
        page.get_by_label("上门地址").fill("3 幢 1 单元 201")
        page.locator("input[name=consent]").check()
        walk.shot(page, "resident-contact")
        press(page, "提交心愿")
        walk.shot(page, "resident-asked")
        follow(page, "现在就看进展")
        walk.shot(page, "resident-tracked")


def community_publishes(walk: Walk) -> None:
    """From the resident's wish to a task in one step."""
    with walk.desk("c01") as page:
        page.goto("/desk/wishes/")
        walk.shot(page, "community-wishes")
        page.locator("main tbody a", has_text=str(walk.serial)).first.click()
        page.get_by_role("link", name="受理并发布").wait_for()
        walk.shot(page, "community-wish")
        page.get_by_role("link", name="受理并发布").click()
        page.get_by_label("服务事项").select_option(label="微心愿 · 小修小补（1 面）")
        page.get_by_label("地点").fill("青锋花苑北门集合")
        page.get_by_label("名额").fill("2")
        walk.shot(page, "community-publish")
        press(page, "发布")
        walk.shot(page, "community-task")
        page.goto("/desk/wishes/new/")
        walk.shot(page, "community-enter")


def member_claims(walk: Walk) -> None:
    """Log in by code, find the task, take a place."""
    with walk.page(PHONE) as page:
        page.goto("/accounts/login/code/")
        page.get_by_label("手机号").fill(walk.newcomer)
        walk.shot(page, "member-login")
        press(page, "获取验证码")
        page.locator("input[name=code]").fill(walk.code(walk.newcomer))
        page.locator("input[name=code]").press("Enter")
        page.wait_for_url("**/me/")
        walk.shot(page, "member-home")
        page.goto("/me/tasks/?period=")
        walk.shot(page, "member-browse")
        page.locator(".card-link", has_text=str(walk.serial)).first.click()
        claim = page.get_by_role("button", name="接单（剩")
        claim.wait_for()
        walk.shot(page, "member-offer")
        claim.click()
        page.wait_for_url("**/me/claims/*/")
        walk.shot(page, "member-claim")
        page.goto("/me/claims/")
        walk.shot(page, "member-claims")
        page.goto("/me/profile/")
        walk.shot(page, "member-profile")


def member_looks_back(walk: Walk) -> None:
    """A member with a year behind them: the demo's own log-in."""
    with walk.page(PHONE) as page:
        page.goto("/accounts/login/code/")
        page.get_by_label("手机号").fill(walk.member)
        press(page, "获取验证码")
        page.locator("input[name=code]").fill(walk.code(walk.member))
        page.locator("input[name=code]").press("Enter")
        page.wait_for_url("**/me/")
        page.goto("/me/flags/")
        walk.shot(page, "member-flags")


def community_verifies(walk: Walk) -> None:
    """The screen that lights flags, filled in but not sent: the demo keeps its backlog."""
    with walk.desk("c01") as page:
        page.goto("/desk/verifications/")
        walk.shot(page, "community-backlog")
        busiest = max(page.locator("main tbody tr").all(), key=waiting_in)
        busiest.get_by_role("link", name="认定").last.click()
        page.wait_for_load_state("networkidle")
        follow(page, "全部到场并评为")
        walk.shot(page, "community-verify")
        page.goto("/desk/flags/")
        walk.shot(page, "community-ledger")
        page.locator("main tbody a").first.click()
        page.get_by_role("heading", name="账本校验").wait_for()
        walk.shot(page, "community-ledger-line")
        page.goto("/desk/behind/")
        walk.shot(page, "community-behind")


def waiting_in(row: Locator) -> int:
    return int(row.locator("td.num").first.inner_text())


def estate_and_unit(walk: Walk) -> None:
    with walk.desk("c01e1") as page:
        walk.shot(page, "estate-home")
        page.goto("/desk/tasks/new/")
        walk.shot(page, "estate-task")
        page.goto("/desk/tasks/")
        walk.shot(page, "estate-tasks")
    with walk.desk("u001") as page:
        walk.shot(page, "unit-home")
        page.goto("/desk/members/")
        walk.shot(page, "unit-members")
        page.goto("/desk/behind/")
        walk.shot(page, "unit-behind")
        page.goto("/desk/members/")
        page.locator("main tbody a").first.click()
        page.get_by_role("heading", name="豁免").wait_for()
        page.get_by_text("登记豁免").first.click()
        walk.shot(page, "unit-exempt", page.get_by_role("heading", name="豁免"))


def administrator(walk: Walk) -> None:
    with walk.desk("admin") as page:
        page.goto("/admin/")
        walk.shot(page, "admin-home")
        page.goto("/admin/members/user/")
        walk.shot(page, "admin-users")
    with walk.page(DESK) as page:
        page.goto("/accounts/login/")
        walk.shot(page, "login")


JOURNEYS: tuple[Callable[[Walk], None], ...] = (
    city_imports,
    city_keeps,
    city_exports,
    posters,
    member_joins,
    community_confirms,
    resident_asks,
    community_publishes,
    member_claims,
    member_looks_back,
    community_verifies,
    estate_and_unit,
    administrator,
)


def demo_mobile() -> str:
    """The mobile that `make run` prints for a member, from the same database (VAR_DIR, DATABASE_URL)."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")
    django.setup()
    from tools.demo import logins

    return next(login for role, login, _password in logins() if role == "在职党员")


def chromium() -> str | None:
    """The system's Chromium, or None for the one Playwright downloads."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--from", dest="first", choices=[each.__name__ for each in JOURNEYS], help="go on here"
    )
    options = parser.parse_args()
    if urlsplit(options.base).hostname not in ("127.0.0.1", "localhost"):
        raise SystemExit("The journeys write; they run on a demo portal on this machine only.")
    options.out.mkdir(parents=True, exist_ok=True)
    member = demo_mobile()  # before Playwright's event loop, which Django refuses
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        environment: dict[str, str | float | bool] = {**os.environ, "LANGUAGE": "zh_CN"}
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments, env=environment)
        walk = Walk(browser, options.base, options.out, member)
        names = [journey.__name__ for journey in JOURNEYS]
        for journey in JOURNEYS[names.index(options.first) if options.first else 0 :]:
            journey(walk)


if __name__ == "__main__":
    main()
