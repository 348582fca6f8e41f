"""City, community and estate publish to exactly their audience; drafts, changes, cancelling."""

import datetime as dt

import pytest
from django.utils import timezone

from reports.tests.browser import Visit, Visitor
from tasks.models import ServiceItem, Task
from tasks.tests.desk import make_item
from tasks.tests.offers import user_of
from xianfeng.testing.browser import DESK
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ITEM = "T-1"


def fill_in(desk: Visitor, title: str, day: int, **fields: object) -> Visitor:
    """The form of a task, so many days from now."""
    start = (timezone.localtime() + dt.timedelta(days=day)).replace(hour=9, minute=0, second=0, microsecond=0)
    desk.sees("服务事项").fill(item=ServiceItem.objects.get(code=ITEM).pk, title=title, place="青锋花苑3幢")
    return desk.fill(starts_at=start, ends_at=start + dt.timedelta(hours=2), capacity=5, **fields)


def publish(desk: Visitor, title: str, day: int, **fields: object) -> Visitor:
    desk.go("/desk/").follow("发布任务")
    return fill_in(desk, title, day, **fields).press("立即发布").sees(f"“{title}”已发布")


def test_each_tier_reaches_its_own_members_and_nobody_else(visit: Visit, phone: Visit, cast: Cast):
    make_item(ITEM)
    community = visit().logs_in(cast.secretary)
    publish(community, "社区清洁日", 2).checks_page()
    publish(visit().logs_in(cast.estate_clerk), "花苑义务理发", 3)
    city = publish(visit().logs_in(cast.city_officer), "全市文明劝导", 4)
    publish(city, "教育局结对助学", 5, reach="chosen", chosen=cast.unit.pk)

    seen = {
        cast.li: ["社区清洁日", "花苑义务理发", "全市文明劝导", "教育局结对助学"],
        cast.wang: ["社区清洁日", "全市文明劝导"],
        cast.zhao: ["全市文明劝导", "教育局结对助学"],
    }
    for member, titles in seen.items():
        theirs = phone().logs_in_by_code(member.mobile).go("/me/tasks/")
        assert theirs.page.locator("main .cards h2").all_inner_texts() == titles
    outsider = theirs.go(f"/me/tasks/{Task.objects.get(title='社区清洁日').pk}/")
    outsider.misses("接单（剩").sees("404")
    outsider.said.clear()  # Chromium notes the 404 we asked for


def test_a_draft_is_changed_published_and_cancelled(visit: Visit, phone: Visit, cast: Cast):
    make_item(ITEM)
    clerk = visit(DESK).logs_in(cast.clerk).go("/desk/tasks/new/")
    clerk.press("立即发布").sees("还有几处需要修改").checks_page()
    fill_in(clerk, "周末清洁", 3).press("保存草稿").sees("“周末清洁”已存为草稿")
    member = phone().logs_in_by_code(user_of(cast.li).mobile or "").go("/me/tasks/")
    member.misses("周末清洁")

    clerk.follow("修改").fill(title="周末清洁楼道", capacity=2).press("保存").sees("“周末清洁楼道”已保存")
    clerk.press("发布").sees("已发布")
    member.go("/me/tasks/").follow("周末清洁楼道").press("接单（剩 2 个名额）").sees("接单成功")

    clerk.go("/desk/tasks/").follow("周末清洁楼道", within="table.data").sees("李建国", within="#panel")
    clerk.confirm("取消任务", "确定取消任务", reason="台风停办").sees("“周末清洁楼道”已取消")
    member.go("/me/notices/").sees("周末清洁楼道").go("/me/claims/").follow("周末清洁楼道").sees("台风停办")
    member.checks_page().go("/me/tasks/").misses("周末清洁楼道")
