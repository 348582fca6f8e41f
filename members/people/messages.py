"""What members are told of their record, and the staff of what is wrong in it."""

from collections.abc import Collection
from hashlib import sha256

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members import desks
from members.models import Exemption, Member, User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send, send_many
from xianfeng.lib.times import today

EXEMPTION = Kind("exemption", _("豁免"), told=_("被豁免的党员，和其单位、社区的书记、工作人员（办理人除外）"))
CORRECTION = Kind("correction", _("更正申请"), told=_("该党员单位和社区的书记、工作人员"))
ENTRY = Kind(
    "entry_corrected",
    _("名册信息更正"),
    told=_("该党员单位（改了单位的，还有原单位）和社区的书记、工作人员（更正人除外）"),
)
KINDS = declare(EXEMPTION, CORRECTION, ENTRY)

GRANTED = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:granted",
    subject=_("已为您登记豁免"),
    body=_("%(kind)s，%(from)s 至 %(to)s。"),
    told=_("被豁免的党员"),
)
WITHDRAWN = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:withdrawn",
    subject=_("豁免已撤销"),
    body=GRANTED.body,
    told=_("被豁免的党员"),
)
STAFF_GRANTED = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:granted:%(user)s",
    subject=_("%(name)s 已登记豁免"),
    body=_("%(by)s 办理：%(kind)s，%(from)s 至 %(to)s，当年要求按规定折算。如有不对，请联系对方。"),
    link="members:detail",
    told=_("单位、社区的书记、工作人员（办理人除外）"),
)
STAFF_WITHDRAWN = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:withdrawn:%(user)s",
    subject=_("%(name)s 的豁免已撤销"),
    body=_("%(by)s 撤销：%(kind)s，%(from)s 至 %(to)s，当年要求恢复。如有不对，请联系对方。"),
    link="members:detail",
    told=STAFF_GRANTED.told,
)
SECOND = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:second:%(user)s",
    subject=_("%(name)s 的豁免待第二人确认"),
    body=_("%(by)s登记：%(kind)s，%(from)s 至 %(to)s。时间较长，须另一人核实后才生效。"),
    link="members:detail",
    told=_("单位、社区的书记、工作人员（登记人除外）"),
)
NOT_AGREED = Wording(
    EXEMPTION,
    key="exemption:%(exemption)s:not-agreed:%(user)s",
    subject=_("%(name)s 的豁免没有生效"),
    body=_("%(by)s 未同意或撤销：%(kind)s，%(from)s 至 %(to)s，当年要求不变。如有不对，请联系对方。"),
    link="members:detail",
    told=_("登记人，和单位、社区的书记、工作人员（办理人除外）"),
)
# The same text on the same day is one request.
ASKED = Wording(
    CORRECTION,
    key="correction:%(member)s:%(day)s:%(hash)s:%(user)s",
    subject=_("%(name)s 申请更正个人信息"),
    body="%(text)s",
)
CORRECTED = Wording(
    ENTRY,
    key="entry:%(member)s:%(at)s:%(user)s",
    subject=_("%(name)s 的名册信息有更正"),
    body=_("%(by)s 更正了：%(what)s。请核对；如有不对，请联系对方。"),
    link="members:detail",
    told=_("该党员单位和社区的书记、工作人员（更正人除外）"),
)


def tell_corrected(member: Member, columns: Collection[str], *, by: User) -> None:
    """Which columns were corrected, without what stands in them."""
    facts = {
        "member": member.pk, "name": member.name, "by": by.get_full_name(), "at": timezone.now().isoformat(),
    }  # fmt: skip
    what = "、".join(str(getattr(Member._meta.get_field(name), "verbose_name", name)) for name in columns)
    staff = staff_of(member).exclude(pk=by.pk)
    send_many(CORRECTED.to_each(staff, member.pk, what=what, **facts))


def tell_exempted(own: Wording, staff: Wording, exemption: Exemption, *, by: User) -> None:
    """The member, if there is an account, unit and community: leave was granted or taken back."""
    member = exemption.member
    others = staff_of(member).exclude(pk__in=filter(None, [by.pk, member.user_id]))
    facts = facts_of(exemption)
    send_many(staff.to_each(others, member.pk, by=by.get_full_name(), **facts))
    if member.user:
        send(own.to(member.user, **facts))


def ask_second(exemption: Exemption) -> None:
    """Unit and community, but whoever recorded it, and the person, who may not confirm it."""
    member = exemption.member
    staff = staff_of(member).exclude(pk__in=filter(None, [exemption.approved_by_id, member.user_id]))
    send_many(SECOND.to_each(staff, member.pk, by=exemption.approved_by, **facts_of(exemption)))


def tell_not_agreed(exemption: Exemption, *, by: User) -> None:
    """Whoever recorded it counts on it, and the others were asked; the member heard of nothing."""
    member = exemption.member
    asked = {user.pk: user for user in (exemption.approved_by, *staff_of(member))}
    others = (user for pk, user in asked.items() if pk not in {by.pk, member.user_id})
    send_many(NOT_AGREED.to_each(others, member.pk, by=by.get_full_name(), **facts_of(exemption)))


def facts_of(exemption: Exemption) -> dict[str, object]:
    return {
        "exemption": exemption.pk, "name": exemption.member.name, "kind": exemption.get_kind_display(),
        "from": exemption.starts_on, "to": exemption.ends_on,
    }  # fmt: skip


def staff_of(member: Member) -> QuerySet[User]:
    """Who acts for the member's unit or community today."""
    return desks.staff_of(*filter(None, (member.unit_id, member.community_id)))


def ask_staff(member: Member, text: str) -> int:
    """Returns how many were told."""
    facts = {"member": member.pk, "name": member.name, "text": text, "day": today(), "hash": hash_of(text)}
    return send_many(ASKED.to_each(staff_of(member), **facts))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
