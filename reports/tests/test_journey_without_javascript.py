"""The year's main job with JavaScript switched off: publish, claim, verify, see the flag."""

import datetime as dt

import pytest
from django.utils import timezone

from reports.tests.browser import Clock, Visit
from tasks.models import Task
from tasks.tests.desk import make_item
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_publish_claim_and_verify_need_no_javascript(visit: Visit, phone: Visit, cast: Cast, clock: Clock):
    item = make_item()
    start = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(days=2)
    clerk = visit(javascript=False).logs_in(cast.clerk).follow("发布任务")
    clerk.fill(item=item.pk, title="周末清洁", place="花苑3幢", capacity=2)
    clerk.fill(starts_at=start, ends_at=start + dt.timedelta(hours=2)).press("立即发布").sees(
        "“周末清洁”已发布"
    )

    member = phone(javascript=False).logs_in_by_code(cast.li.mobile).go("/me/tasks/").follow("周末清洁")
    member.press("接单（剩 2 个名额）").sees("接单成功")
    member.confirm("退出这项任务", "确认退出").sees("名额已放出")
    member.go("/me/tasks/").follow("周末清洁").press("接单（剩 2 个名额）").sees("接单成功")

    task = Task.objects.get()
    clock.jump_to(task.ends_at + dt.timedelta(days=1))
    clerk.logs_in(cast.clerk).follow("认定", within=".sidebar").follow("周末清洁", within="table.data")
    clerk.is_at(f"/desk/tasks/{task.pk}/").follow("认定", within=".page-actions")
    clerk.follow("全部到场并评为“好”").press("认定并亮旗").sees("已认定 1 人，亮旗 1 面")
    clerk.confirm("撤销认定", "确定撤销", reason="登记错人").sees("可以重新认定")
    clerk.follow("认定", within=".page-actions").follow("全部到场并评为“好”")
    clerk.press("认定并亮旗").sees("已认定 1 人，亮旗 1 面")
    member.go("/me/").sees("还差 4 面红旗")  # a member's session outlives the days in between
