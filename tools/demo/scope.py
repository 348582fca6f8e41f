"""What is volunteer service: tasks that wait for the city, went out all the same, or are doubted."""

import datetime as dt

from members.models import Member, Organization, User
from tasks.models import ServiceItem, Task
from tasks.objecting import objecting
from tasks.publishing import publishing
from tasks.reviewing import reviewing
from xianfeng.lib.times import today

from .clock import as_of, at
from .repeats import ago

STOPPED = (("ACT-06", "替社区录入党员信息表格"), ("ACT-01", "创城迎检期间路口站岗"))
WARNED = ("STE-02", "打扫社区办公室卫生", "办公室隔壁是老年活动室，一并清扫")
SENT_BACK = ("ACT-04", "下载反诈App并截图上传")
DOUBTED = ("ACT-06", "活动室物品搬运")
REASONS = ("其实是在整理社工的资料", "")


def weigh_some(place: Organization, *, by: User, officer: User) -> None:
    """Two wait, one of them too long; one was sent back; one is out with a reason; one is doubted."""
    for days, (code, title) in zip((6, 0), STOPPED, strict=True):
        with as_of(ago(days)):
            publish(place, code, title, by=by)
    with as_of(ago(3)):
        returned = publish(place, *SENT_BACK, by=by)
        publish(place, *WARNED[:2], insist=WARNED[2], by=by)
        doubted = publish(place, *DOUBTED, by=by)
    with as_of(ago(2)):
        reviewing.send_back(returned, reason="下载和截图不是志愿服务，请改成上门讲解", by=officer)
        doubt(doubted, place)


def publish(place: Organization, code: str, title: str, *, by: User, insist: str = "") -> Task:
    day = today() + dt.timedelta(days=9)
    return publishing.create(
        by=by, publisher=place, item=ServiceItem.objects.get(code=code), audience=[place], publish_now=True,
        insist=insist, title=title, text="", place=f"{place.name}党群服务中心", starts_at=at(day, 9),
        ends_at=at(day, 11), signup_opens_at=at(today(), 0), signup_closes_at=at(day, 9), capacity=6, flags=1,
        minutes=120, organiser_name=by.name, presence=Task.Presence.ROSTER,
    )  # fmt: skip


def doubt(task: Task, place: Organization) -> None:
    people = Member.objects.registered().filter(community=place).exclude(user=None).order_by("pk")
    for member, reason in zip(people.select_related("user"), REASONS, strict=False):
        if member.user:
            objecting.report(task, member, by=member.user, reason=reason)
