"""The one door for personal data: masked by default, opened with a reason, every look on record.

Display masks follow GB/T 35273; the right to know who looked is 个人信息保护法 第四十四条、第四十五条.
"""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Appointment, ContactReveal, Member, Organization, Registration, User
from xianfeng.lib.refusal import Refusal, check_reason

FIELDS = ("mobile", "new_mobile", "address")
FIELD_NAMES = {
    "mobile": gettext_lazy("手机号"), "new_mobile": gettext_lazy("申请换的新手机号"),
    "address": gettext_lazy("住址"), "name": gettext_lazy("姓名"), "unit": gettext_lazy("单位"),
    "community": gettext_lazy("社区"), "state": gettext_lazy("状态"), "account": gettext_lazy("账号"),
}  # fmt: skip
SHORTEST_REASON = 4  # characters: "核实" alone explains nothing
OPEN_FOR = dt.timedelta(minutes=10)  # after a reveal its viewer sees the field without another line


class RevealRefused(Refusal):
    code = "reveal_refused"


def mask_mobile(mobile: str) -> str:
    """138****0001."""
    return f"{mobile[:3]}****{mobile[-4:]}" if len(mobile) == 11 else "*" * len(mobile)


def mask_name(name: str) -> str:
    """李**: the surname and a star for each further character."""
    return name[:1] + "*" * (len(name) - 1)


def mask_email(email: str) -> str:
    """l***@example.cn."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


def mask(field: str, value: str) -> str:
    if not value:
        return ""
    masks = {"mobile": mask_mobile, "email": mask_email}
    return masks[field](value) if field in masks else "******"


def present(
    person: Member | Registration, field: str, viewer: User, *, opened: frozenset[str] = frozenset()
) -> str:
    """The field as `viewer` may read it: in full for the person, masked for everybody else.

    `opened` names the fields this viewer revealed just now (see `opened_fields`).
    """
    value = getattr(person, field)
    own = person.user_id is not None and person.user_id == viewer.pk
    return value if own or field in opened else mask(field, value)


def may_reveal(viewer: User, field: str) -> bool:
    """City, community and unit may open a mobile; a home address is never shown to a unit (DOMAIN 3)."""
    desk = viewer.desk
    if not desk or field not in FIELDS or not desk.can("members.reveal"):
        return False
    return field != "address" or knows_homes(desk)


def knows_homes(desk: Appointment | None) -> bool:
    """A unit never learns where exactly its people live (DOMAIN 3)."""
    return bool(desk and desk.organization.kind != Organization.Kind.UNIT)


def reveal(person: Member | Registration, field: str, *, reason: str, by: User) -> ContactReveal:
    """Open one field of one person and leave the line that says so.

    Raises RevealRefused where the desk may not, ReasonNeeded where it does not say why.
    """
    if not may_reveal(by, field):
        raise RevealRefused(_("您当前的任职不能查看这项信息。"), "not_allowed")
    why = check_reason(reason, least=SHORTEST_REASON, told=_("本人能看到这条理由"))
    target = {"member": person} if isinstance(person, Member) else {"registration": person}
    organization = by.desk.organization  # type: ignore[union-attr]  # may_reveal saw the desk
    return ContactReveal.objects.create(
        field=field, viewer=by, organization=organization, reason=why, **target
    )


def opened_fields(person: Member | Registration, viewer: User) -> frozenset[str]:
    """Fields this viewer revealed in the last ten minutes under the present organisation."""
    if not viewer.desk:
        return frozenset()
    recent = person.reveals.filter(
        viewer=viewer, organization=viewer.desk.organization_id, at__gte=timezone.now() - OPEN_FOR
    )
    return frozenset(field for field in recent.values_list("field", flat=True) if may_reveal(viewer, field))
