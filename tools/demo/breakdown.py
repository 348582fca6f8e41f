"""A city task broken down to communities and units: one took it up, one promised, one is late, one cannot."""

import datetime as dt

from members.models import Member, Organization, User
from tasks.breakdown import breakdown
from tasks.claiming.claiming import claim
from tasks.models import ServiceItem, Target, Task
from tasks.publishing import publishing
from tasks.sharing.sharing import take_up
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import local_date, today

from .clock import as_of, at
from .record import Desk
from .repeats import ago

TITLE, OWN = "迎新春全市环境清洁日", "清洁花苑南门花坛"
REASON = "当天社区换届选举，人手都在选举现场"


def break_one_down(communities: list[Organization], *, by: User) -> None:
    """Set six days ago, due yesterday for whoever did not answer."""
    units = list(Organization.objects.units().order_by("code")[:3])
    asked = dict.fromkeys(communities[:4], 12) | dict.fromkeys(units, 8)
    with as_of(ago(6)):
        whole = publish(by)
        due = today() + dt.timedelta(days=5)
        targets = breakdown.set_targets(whole, asked, due=due, by=by)
    desk = Desk()
    first, last = (target_of(targets, place) for place in (communities[0], asked_last(communities)))
    with as_of(ago(3)):
        part = take_part(first, by=desk.officer(first.organization))
        if last.pk != first.pk:
            breakdown.decline(last, reason=REASON, by=desk.officer(last.organization))
        if unit_staff := User.objects.filter(appointments__organization=units[0]).order_by("pk").first():
            promised = target_of(targets, units[0])
            breakdown.promise(promised, contact_name=unit_staff.name, places=8, by=unit_staff)
    some_come(part, communities[0])


def asked_last(communities: list[Organization]) -> Organization:
    return communities[:4][-1]


def target_of(targets: list[Target], place: Organization) -> Target:
    (found,) = (one for one in targets if one.organization_id == place.pk)
    return Target.objects.select_related("task__publisher", "task__item", "organization").get(pk=found.pk)


def publish(by: User) -> Task:
    city = by.desk.organization if by.desk else Organization.objects.get(kind=Organization.Kind.CITY)
    start = today() + dt.timedelta(days=16)
    return publishing.create(
        by=by,
        publisher=city,
        item=ServiceItem.objects.get(code="ACT-02"),
        audience=[city],
        publish_now=True,
        title=TITLE,
        text="各社区自定地点和时段，清扫楼道、花坛和公共空间。",
        place="各社区",
        starts_at=at(start, 9),
        ends_at=at(start, 11),
        signup_opens_at=at(today(), 0),
        signup_closes_at=at(start, 9),
        capacity=200,
        flags=1,
        minutes=120,
        organiser_name=by.name,
        presence=Task.Presence.ROSTER,
    )


def take_part(target: Target, *, by: User) -> Task:
    day = local_date(target.task.starts_at)
    return take_up(
        target,
        by=by,
        publish_now=True,
        title=OWN,
        text="带手套，工具社区准备。",
        place="花苑南门",
        starts_at=at(day, 14),
        ends_at=at(day, 16),
        signup_opens_at=at(today(), 0),
        signup_closes_at=at(day, 14),
        capacity=12,
        flags=1,
        minutes=120,
        organiser_name=by.name,
        presence=Task.Presence.ROSTER,
    )


def some_come(part: Task, place: Organization) -> None:
    """A few of the community, as far as their year's limits let them."""
    people = Member.objects.registered().filter(community=place).exclude(user=None).order_by("pk")
    for member in people.select_related("user")[:5]:
        try:
            if member.user:
                claim(part.pk, member, by=member.user)
        except Refusal:
            continue
