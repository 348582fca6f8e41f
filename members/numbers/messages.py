"""Who is told of a change of mobile: the person, on both numbers, and unit and community."""

from django.utils.translation import gettext_lazy as _

from members.models import MobileChange
from members.people.messages import staff_of
from members.people.privacy import mask_mobile
from notices.kinds import Kind, declare
from notices.outbox import Wording, send, send_many

NUMBER = Kind(
    "number",
    _("换手机号"),
    told=_("本人（新旧号码另收短信），和其单位、社区的书记、工作人员"),
    mandatory=True,
)
KINDS = declare(NUMBER)

ASKED = Wording(
    NUMBER,
    key="number:%(change)s:asked:%(user)s",
    subject=_("%(name)s 申请更换手机号，待核实"),
    body=_("旧号 %(old)s 已停用，新号 %(new)s 已凭验证码确认。请与本人核实后办理。"),
    link="members:number",
    told=_("本人单位、社区的书记、工作人员"),
)
CHANGED = Wording(
    NUMBER,
    key="number:%(change)s:changed:%(user)s",
    subject=_("%(name)s 更换了手机号"),
    body=_("%(old)s 换成 %(new)s（%(way)s）。"),
    link="members:number",
    told=_("本人单位、社区的书记、工作人员"),
)
# What the person reads: in the portal, whatever numbers they still hold.
OWN_ASKED = Wording(
    NUMBER,
    key="number:%(change)s:asked:own:%(user)s",
    subject=_("有人申请更换您的手机号"),
    body=_("新号 %(new)s。如果不是您本人申请的，请在“我的”里驳回。"),
    link="members:profile",
    told=_("本人（旧号另收短信）"),
)
OWN_CHANGED = Wording(
    NUMBER,
    key="number:%(change)s:changed:own:%(user)s",
    subject=_("您的手机号已更换"),
    body=_("%(old)s 换成 %(new)s（%(way)s）。今后用新号登录；如有不对，请立即联系单位或社区。"),
    link="members:profile",
    told=_("本人（新旧号另收短信）"),
)
OWN_REFUSED = Wording(
    NUMBER,
    key="number:%(change)s:refused:own:%(user)s",
    subject=_("换号申请没有通过"),
    body=_("%(reason)s 手机号仍是 %(old)s。"),
    link="members:profile",
    told=_("本人（新号另收短信）"),
)

# Short messages: to which number, and what it says. The old one is told, so that nobody loses an
# account unawares.
TEXTS = {
    "asked": (
        "old",
        _("【先锋微家】有人申请把您登记的手机号换成 %(new)s。如非本人，请登录后在“我的”里驳回，或联系社区。"),
    ),
    "changed": ("old", _("【先锋微家】您登记的手机号已换成 %(new)s。如非本人办理，请立即联系单位或社区。")),
    "welcome": ("new", _("【先锋微家】换号已办好，今后请用这个号码登录。")),
    "refused": ("new", _("【先锋微家】换号申请没有通过：%(reason)s")),
}


def text_of(change: MobileChange, name: str) -> tuple[str, str]:
    """The number to write to and the text."""
    which, text = TEXTS[name]
    return getattr(change, which), str(text) % facts_of(change)


def facts_of(change: MobileChange) -> dict[str, object]:
    return {
        "change": change.pk,
        "name": change.member.name,
        "old": mask_mobile(change.old),
        "new": mask_mobile(change.new),
        "way": change.get_way_display(),
        "reason": change.reason,
    }


def tell_staff(wording: Wording, change: MobileChange) -> None:
    """Unit and community, but whoever did it knows."""
    recipients = (user for user in staff_of(change.member) if user.pk != change.decided_by_id)
    send_many(wording.to_each(recipients, change.pk, **facts_of(change)))


def tell_person(wording: Wording, change: MobileChange) -> None:
    if change.member.user:
        send(wording.to(change.member.user, **facts_of(change)))
