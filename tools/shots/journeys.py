"""The journeys of the manuals, in their order; what one person makes, the next one finds."""

import re

from playwright.sync_api import Locator

from .walk import DESK, HOME, PHONE, Walk, follow, press


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
            "city-workdays": "/desk/workdays/2027/",
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
        texts = " ".join(page.locator(".poster-url").all_inner_texts())
        walk.join_path, walk.wish_path = (path_in(texts, start) for start in ("/join/", "/w/"))


def path_in(text: str, start: str) -> str:
    """The address that begins so, of those that the posters print."""
    found = re.search(rf"{start}\w[\w-]*/?", text)
    assert found, text
    return found.group().rstrip("/") + "/"


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
        page.locator("#panel").get_by_role("button", name="确认报到").click()
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
        page.context.clear_cookies()  # the next one has written nothing yet
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
        page.get_by_role("heading", name="防篡改校验").wait_for()
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
        page.goto("/admin/operations/")
        walk.shot(page, "admin-operations")
    with walk.page(DESK) as page:
        page.goto("/accounts/login/")
        walk.shot(page, "login")
