"""What applicants and communities are told of a registration (DOMAIN 4.1: both sides are notified)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from members.models import Member, Registration
from notices.kinds import Kind, declare
from notices.outbox import HELD, Message, Wording, recall, send, send_many

REGISTRATION = Kind("registration", _("报到"), told=_("申请人，和受理社区的书记、工作人员"))
# In the portal only: a community confirms many at once.
UNIT_NEWS = Kind("unit_news", _("本单位党员报到"), told=_("党员单位的书记、工作人员"), channels=())
KINDS = declare(REGISTRATION, UNIT_NEWS)

SUBMITTED = Wording(
    REGISTRATION,
    key="registration:submitted:%(registration)s:%(user)s",
    subject=_("%(name)s 申请到%(community)s报到"),
    body="%(todo)s",
    link="members:registration",
    told=_("受理社区的书记、工作人员"),
)
MOVED_AWAY = Wording(
    REGISTRATION,
    key="registration:transfer:%(arrival)s:%(user)s",
    subject=_("%(name)s 已转往%(community)s"),
    body="%(todo)s",
    link="members:registration",
    told=_("原社区的书记、工作人员"),
)
# Who stood there by a list only left no registration behind.
NOT_THERE = Wording(
    REGISTRATION,
    key="registration:%(arrival)s:not-there:%(user)s",
    subject=_("名册上贵社区的%(name)s 在%(community)s报到了"),
    body=_("名册上的社区已经更新，今后由%(community)s联系此人。如有不对，请联系对方。"),
    link="members:list",
    told=_("名册上原来写的社区的书记、工作人员"),
    wait=HELD,
)
CONFIRMED = Wording(
    REGISTRATION,
    key="registration:%(registration)s:confirmed:%(user)s",
    subject=_("报到已确认"),
    body=_("%(community)s已确认您的报到，您可以接单了。"),
    link="members:profile",
    told=_("申请人"),
    wait=HELD,
)
RETURNED = Wording(
    REGISTRATION,
    key="registration:%(registration)s:returned:%(user)s",
    subject=_("报到被退回"),
    body=_("%(community)s退回了您的报到：%(reason)s。请修改后重新提交。"),
    link="members:profile",
    told=_("申请人"),
)
TAKEN_IN = Wording(
    UNIT_NEWS,
    key="registration:%(registration)s:unit:%(user)s",
    subject=_("%(name)s 已在%(community)s报到"),
    body="%(todo)s",
    link="members:detail",
)
KNOWN = _("名册上的社区已经更新。")
ADDED = _("此人原不在名册上，由社区确认后记入贵单位名册，请核对。")
LOOK = _("请在“报到”中查看。")
CHECK = _("此人不在名册上，请核对后办理。")


def tell_community(registration: Registration) -> None:
    """Somebody applied."""
    facts = {"registration": registration.pk, "name": registration.name}
    send_many(to_staff(SUBMITTED, registration, community=registration.community, **facts))


def tell_former_community(former: Registration, arrival: Registration, member: Member) -> None:
    """The member is taken in elsewhere, by the registration `arrival`."""
    facts = {"arrival": arrival.pk, "name": member.name}
    send_many(to_staff(MOVED_AWAY, former, community=arrival.community, **facts))


def tell_community_on_roster(arrival: Registration, member: Member) -> None:
    """The one that the roster named until now, if any."""
    facts = {"arrival": arrival.pk, "name": member.name, "community": arrival.community}
    if member.community_id:
        send_many(NOT_THERE.to_each(staff_of(member.community_id), **facts))


def tell_unit(registration: Registration, member: Member) -> None:
    """A community took one of theirs in, from the roster, from elsewhere, or newly onto the roster."""
    todo = KNOWN if registration.on_roster else ADDED
    facts = {"registration": registration.pk, "name": member.name, "community": registration.community}
    send_many(TAKEN_IN.to_each(staff_of(member.unit), member.pk, todo=todo, **facts))


def to_staff(wording: Wording, registration: Registration, /, **facts: object) -> Iterator[Message]:
    todo = LOOK if registration.on_roster else CHECK
    return wording.to_each(staff_of(registration.community), registration.pk, todo=todo, **facts)


def tell_applicant(wording: Wording, registration: Registration) -> None:
    """The community decided."""
    send(
        wording.to(
            registration.user,
            registration=registration.pk,
            community=registration.community,
            reason=registration.reason,
        )
    )


def unsay_confirmed(registration: Registration) -> None:
    """To the applicant, the unit and the community on the roster. Raises AlreadySent."""
    recall(*(f"registration:{registration.pk}:{what}:" for what in ("confirmed", "unit", "not-there")))
