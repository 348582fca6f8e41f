"""What members are told of their record, and the staff of what is wrong in it."""

from hashlib import sha256

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members import desks
from members.models import Exemption, Member, User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send, send_many
from xianfeng.lib.times import today

EXEMPTION = Kind("exemption", _("豁免"), told=_("被豁免的党员；须第二人确认的，其单位和社区的书记、工作人员"))
CORRECTION = Kind("correction", _("更正申请"), told=_("该党员单位和社区的书记、工作人员"))
KINDS = declare(EXEMPTION, CORRECTION)

GRANTED = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:granted",
    subject=_("已为您登记豁免"),
    body=_("%(kind)s，%(from)s 至 %(to)s。"),
)
WITHDRAWN = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:withdrawn",
    subject=_("豁免已撤销"),
    body=GRANTED.body,
)
SECOND = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:second:%(user)s",
    subject=_("%(name)s 的豁免待第二人确认"),
    body=_("%(by)s登记：%(kind)s，%(from)s 至 %(to)s。时间较长，须另一人核实后才生效。"),
    link="members:detail",
)
# The same text on the same day is one request.
ASKED = Wording(
    CORRECTION,
    key="correction:%(member)s:%(day)s:%(hash)s:%(user)s",
    subject=_("%(name)s 申请更正个人信息"),
    body="%(text)s",
)


def tell_exempted(wording: Wording, exemption: Exemption) -> None:
    """The member, if there is an account: leave was granted or taken back."""
    if (user := exemption.member.user) is None:
        return
    dates = {"from": exemption.starts_on, "to": exemption.ends_on}
    send(wording.to(user, exemption=exemption.pk, kind=exemption.get_kind_display(), **dates))


def ask_second(exemption: Exemption) -> None:
    """Unit and community, but whoever recorded it."""
    member = exemption.member
    facts = {
        "exemption": exemption.pk, "name": member.name, "by": exemption.approved_by,
        "kind": exemption.get_kind_display(), "from": exemption.starts_on, "to": exemption.ends_on,
    }  # fmt: skip
    staff = staff_of(member).exclude(pk=exemption.approved_by_id)
    send_many(SECOND.to_each(staff, member.pk, **facts))


def staff_of(member: Member) -> QuerySet[User]:
    """Who acts for the member's unit or community today."""
    return desks.staff_of(*filter(None, (member.unit_id, member.community_id)))


def ask_staff(member: Member, text: str) -> int:
    """Returns how many were told."""
    facts = {"member": member.pk, "name": member.name, "text": text, "day": today(), "hash": hash_of(text)}
    return send_many(ASKED.to_each(staff_of(member), **facts))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
