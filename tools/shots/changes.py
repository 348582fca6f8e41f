"""What changes afterwards: files that need answers, numbers, two records of one person, people who leave."""

from .walk import Walk, follow, press

ROSTER = """姓名,联系电话,工作单位,居住社区,备注
方晓晨,{second},市发展和改革局,青锋社区,
郭新宇(女),{rest}0001（微信同号）,市发改局,青锋社区,
何新平,{rest}0002,市发改局,青锋社区,
沈新华,,市发展和改革局,青锋社区,
"""


def city_answers(walk: Walk) -> None:
    """A file that asks: a new number or another person, a unit's short name, a mobile left out."""
    roster = ROSTER.format(second=walk.second, rest=f"138{walk.serial:04d}")
    with walk.desk("city") as page:
        page.goto("/desk/imports/new/")
        page.locator("input[type=file]").set_input_files(
            {"name": "补充名册.csv", "mimeType": "text/csv", "buffer": roster.encode()}
        )
        press(page, "上传并检查")
        questions = page.get_by_role("heading", name="请您决定")
        questions.wait_for()
        walk.shot(page, "import-questions", questions)
        page.get_by_role("button", name="是另一人").first.click()
        page.get_by_text("已作的决定（1）").wait_for()
        page.get_by_role("button", name="就是").first.click()
        page.get_by_text("已作的决定（2）").wait_for()
        page.locator("nav, main").get_by_role("link", name="有错误").first.click()
        page.locator("tr", has_text="沈新华").get_by_label("手机号").fill(f"138{walk.serial:04d}0003")
        walk.shot(page, "import-repair", page.locator("table.import-rows"))
        press(page, "保存改正，重新核对")
        page.get_by_role("button", name="确认导入").wait_for()
        press(page, "确认导入")
        page.get_by_text("确认：新增").wait_for()


def community_joins_records(walk: Walk) -> None:
    """The same person twice on the roster: seen in the reconciliation, set side by side, made one."""
    with walk.desk("c01") as page:
        page.goto("/desk/reconciliation/")
        follow(page, "疑似重复")
        walk.shot(page, "community-doubles")
        page.locator("tr", has_text="方晓晨").get_by_role("link", name="是同一人？合并").first.click()
        page.get_by_role("heading", name="选择另一条记录").wait_for()
        follow(page, "对比")
        page.locator("main input[type=radio]").first.check()
        page.get_by_label("怎样核实是同一人").fill("打电话问过本人，旧号已停用")
        walk.shot(page, "community-merge")
        press(page, "合并")
        page.get_by_role("heading", name="合并错了").wait_for()
        walk.shot(page, "community-merged")


def community_corrects_number(walk: Walk) -> None:
    """Filled in but not sent: the person logs in by this number."""
    with walk.desk("c01") as page:
        page.goto("/desk/members/?q=方晓晨")
        page.locator("main tbody a", has_text="方晓晨").first.click()
        page.get_by_role("link", name="手机号换了").first.click()
        page.get_by_label("新手机号").fill(f"137{walk.newcomer[3:]}")
        page.get_by_label("怎样核实的").fill("本人带身份证到社区登记")
        walk.shot(page, "community-number")


def community_joins_wishes(walk: Walk) -> None:
    """The resident calls as well: the same wish a second time, by hand."""
    with walk.desk("c01") as page:
        page.goto("/desk/wishes/new/")
        page.get_by_label("小区/社区").select_option(label="青锋花苑")
        page.get_by_label("心愿（公开）").fill(f"厨房水龙头漏水，想请人帮忙换（{walk.serial}）")
        page.get_by_label("怎么称呼").fill("王阿姨")
        page.get_by_label("手机号").fill("13800001234")
        page.get_by_label("地址").fill("3 幢 1 单元 201")
        page.locator("input[name=consent]").check()
        press(page, "填报")
        page.get_by_role("heading", name="可能重复").wait_for()
        walk.shot(page, "community-wish-likely", page.get_by_role("heading", name="可能重复"))
        page.locator("#likely a", has_text="对比").first.click()
        page.get_by_role("heading", name="合并两条心愿").wait_for()
        walk.shot(page, "community-wish-merge")
        press(page, "合并")


def community_enters_afterwards(walk: Walk) -> None:
    """A service that was never on the platform, from the paper record."""
    with walk.desk("c01") as page:
        page.goto("/desk/tasks/")
        follow(page, "补记服务")
        walk.shot(page, "community-record")


def unit_enters_leaving(walk: Walk) -> None:
    """Filled in but not sent; then everything that came and went."""
    with walk.desk("u001") as page:
        page.goto("/desk/members/")
        page.locator("main tbody a").first.click()
        page.get_by_role("link", name="登记离开").first.click()
        page.get_by_label("在册最后一天").wait_for()
        walk.shot(page, "unit-leave")
        page.goto("/desk/members/changes/")
        walk.shot(page, "unit-changes")
