"""What communities are told of a balance between them, and of places that will not suffice."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.desks import staff_nearest
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.balancing.rush import Rush
from tasks.models import BalanceRow
from xianfeng.lib.times import format_date

BALANCED = Kind("balanced", _("跨社区邀请"), told=_("派出和接收社区的书记、工作人员；无人任职的，由上级的收"))
MORE_WANTED = Kind(
    "more_wanted", _("请增发任务"), told=_("有缺口的社区的书记、工作人员；无人任职的，由上级的收")
)
KINDS = declare(BALANCED, MORE_WANTED)

WANTED_IN = "wanted:%(week)s:"

GUESTS = Wording(
    BALANCED,
    key="balance:%(row)s:host:%(user)s",
    subject=_("%(origin)s的 %(count)s 名党员被邀请来参加你们的任务"),
    body=_(
        "市里按 %(month)s 的名额余缺发出邀请，有效到 %(until)s。应邀的会出现在接单名单里，由你们签到和认定。"
    ),
    link="tasks:balance",
)
SENDERS = Wording(
    BALANCED,
    key="balance:%(row)s:origin:%(user)s",
    subject=_("你们的 %(count)s 名党员被邀请到%(host)s参加任务"),
    body=_("市里按 %(month)s 的名额余缺发出邀请，有效到 %(until)s。是否参加由本人决定，红旗照常记入本人。"),
    link="tasks:balance",
)
WANTED = Wording(
    MORE_WANTED,
    key=WANTED_IN + "%(community)s:%(user)s",
    subject=_("到年底还缺 %(gap)s 个名额，请增发任务"),
    body=_(
        "%(name)s还有 %(short)s 名党员没有达标，需要 %(needed)s 个名额；已发布的空余名额 %(offered)s 个。"
        "%(from_when)s请尽早发布任务，避免年底集中突击。"
    ),
    link="tasks:year_end",
)


def tell_wanted(rows: Iterable[Rush], week: str) -> None:
    for row in rows:
        first = row.first_short
        facts = {
            "week": week,
            "community": row.community.pk,
            "name": row.community,
            "gap": row.gap,
            "short": row.short,
            "needed": row.needed,
            "offered": row.offered,
            "from_when": gettext("从 %(day)s 那一周起就不够。") % {"day": format_date(first)}
            if first
            else "",
        }
        send_many(WANTED.to_each(staff_nearest(row.community), **facts))


def tell_sent(row: BalanceRow, count: int) -> None:
    facts = {
        "row": row.pk,
        "count": count,
        "origin": row.origin,
        "host": row.host,
        "month": f"{row.month:%Y-%m}",
        "until": f"{row.ends_on:%Y-%m-%d}",
    }
    send_many(GUESTS.to_each(staff_nearest(row.host), **facts))
    send_many(SENDERS.to_each(staff_nearest(row.origin), **facts))
