"""Who is told that an estate moved to another community, and of posts that no one person grants alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from members.models import Elevation, Member, Organization, OrganizationEvent, User
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many

ESTATE_MOVED = Kind(
    "estate_moved",
    _("小区划转"),
    told=_("原社区、新社区、小区和党员单位的书记、工作人员，以及小区的党员"),
)
ELEVATION = Kind(
    "elevation",
    _("须第二人确认的任命"),
    told=_("市级工作人员和系统管理员；有结果时还有提请人和本人"),
    mandatory=True,
)
KINDS = declare(ESTATE_MOVED, ELEVATION)

ASKED = Wording(
    ELEVATION,
    key="elevation:%(elevation)s:asked:%(user)s",
    subject=_("%(who)s拟任%(post)s，待第二人确认"),
    body=_("%(asker)s提请。请核实是否属实，再到“任职”里确认或不同意。"),
    link="members:appointments",
    told=_("能作第二人的市级工作人员和系统管理员"),
)
CONFIRMED = Wording(
    ELEVATION,
    key="elevation:%(elevation)s:confirmed:%(user)s",
    subject=_("%(who)s任%(post)s，已生效"),
    body=_("%(asker)s提请，%(decider)s确认。如有不对，请立即联系市委组织部。"),
    link="members:appointments",
    told=_("提请人、本人、市级工作人员和系统管理员"),
)
REFUSED = Wording(
    ELEVATION,
    key="elevation:%(elevation)s:refused:%(user)s",
    subject=_("%(who)s任%(post)s，未获同意"),
    body=_("%(decider)s：%(reason)s"),
    link="members:appointments",
    told=_("提请人"),
)
ADMINISTRATION_ENDED = Wording(
    ELEVATION,
    key="administration-ended:%(who_id)s:%(at)s:%(user)s",
    subject=_("%(who)s不再是系统管理员"),
    body=_("由%(by)s办理。如有不对，请立即联系市委组织部。"),
    told=_("本人、市级工作人员和系统管理员"),
)
SWITCHED = Wording(
    ELEVATION,
    key="account-switched:%(who_id)s:%(at)s:%(user)s",
    subject=_("%(who)s不再任%(posts)s"),
    body=_(
        "账号由%(by)s%(switched)s，这些随之终止；再任须重新提请，由第二人确认。"
        "如有不对，请立即联系市委组织部。"
    ),
    told=_("账号停用的本人、市级工作人员和系统管理员"),
)
OFF, ON = _("停用"), _("启用")
OPERATOR = _("运维（命令行）")

MOVED = Wording(
    ESTATE_MOVED,
    key="estate-moved:%(event)s:%(user)s",
    subject=_("%(estate)s从%(former)s划到%(new)s"),
    body=_("%(work)s；%(people)s 名党员一起过去。已亮的红旗仍记在原社区。"),
    told=_("原社区、新社区和小区的书记、工作人员"),
)
OWN_MOVED = Wording(
    ESTATE_MOVED,
    key="estate-moved:%(event)s:own:%(user)s",
    subject=_("您所在的%(estate)s划到了%(new)s"),
    body=_("今后由%(new)s为您办理。报到、接单和红旗都不变，不用重新报到。"),
    link="members:profile",
    told=_("本人"),
)
FOLLOWS, NOTHING_OPEN = _("%(open)s随小区由%(new)s接着办"), _("没有未办的事")
# One a unit, however many of its people live there.
UNIT_MOVED = Wording(
    ESTATE_MOVED,
    key="estate-moved:%(event)s:unit:%(org)s:%(user)s",
    subject=_("%(count)s 名党员的社区改为%(new)s"),
    body=_("%(unit)s的党员：%(names)s。原社区：%(former)s。"),
    link="members:list",
    told=_("党员单位的书记、工作人员"),
)
NAMED = 50  # names in a message; the page behind its link has all


def tell(event: OrganizationEvent, former: Organization, people: Collection[Member], still_open: str) -> None:
    """`still_open` says in words what follows."""
    estate = event.organization
    new = estate.parent
    facts = {"event": event.pk, "estate": estate, "former": former, "new": new}
    staff = staff_of(*filter(None, (former, new, estate)))
    work = FOLLOWS % {"open": still_open, "new": new} if still_open else NOTHING_OPEN
    send_many(MOVED.to_each(staff, people=len(people), work=work, **facts))
    send_many(OWN_MOVED.to(person.user, **facts) for person in people if person.user)
    send_many(to_units(people, facts))


def to_units(people: Collection[Member], facts: dict[str, object]) -> Iterator[Message]:
    """Never the estate: a unit does not learn where exactly its people live (DOMAIN 3)."""
    groups: dict[Organization, list[str]] = defaultdict(list)
    for person in people:
        groups[person.unit].append(person.name)
    for unit, names in groups.items():
        shown = "、".join(names[:NAMED])
        of_them = {"org": unit.pk, "unit": unit, "count": len(names), "names": shown}
        yield from UNIT_MOVED.to_each(staff_of(unit), **of_them, **facts)


# --- City posts and administration --------------------------------------------------------------


def tell_asked(asked: Elevation, deciders: Iterable[User]) -> None:
    send_many(ASKED.to_each(deciders, **facts_of(asked)))


def tell_confirmed(asked: Elevation, others: Iterable[User]) -> None:
    """Everybody who could have said no, so that nothing of this kind goes unseen."""
    people = {user.pk: user for user in (asked.asked_by, asked.user, *others)}
    people.pop(asked.decided_by_id or 0, None)
    send_many(CONFIRMED.to_each(people.values(), **facts_of(asked)))


def tell_refused(asked: Elevation, reason: str) -> None:
    send_many(REFUSED.to_each([asked.asked_by], reason=reason, **facts_of(asked)))


def tell_ended_administration(user: User, by: User, others: Iterable[User]) -> None:
    people = {one.pk: one for one in (user, *others)}
    people.pop(by.pk, None)
    at = f"{timezone.now():%Y%m%d%H%M%S}"
    send_many(ADMINISTRATION_ENDED.to_each(people.values(), who=user, who_id=user.pk, by=by, at=at))


def tell_switched(user: User, posts: Iterable[str], by: User, others: Iterable[User]) -> None:
    """With its account somebody lost what two people had given: all who could say that this is wrong."""
    people = {one.pk: one for one in (user, *others)}
    people.pop(by.pk, None)
    facts = {"who": user, "who_id": user.pk, "posts": "、".join(posts), "by": by}
    at, switched = f"{timezone.now():%Y%m%d%H%M%S}", ON if user.is_active else OFF
    send_many(SWITCHED.to_each(people.values(), at=at, switched=switched, **facts))


def facts_of(asked: Elevation) -> dict[str, object]:
    return {
        "elevation": asked.pk,
        "who": asked.user,
        "post": asked.post,
        "asker": asked.asked_by,
        "decider": asked.decided_by or OPERATOR,
    }
