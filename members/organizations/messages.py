"""Who is told that an estate moved to another community."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from members.models import Member, Organization, OrganizationEvent
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many

ESTATE_MOVED = Kind(
    "estate_moved",
    _("小区划转"),
    told=_("原社区、新社区、小区和党员单位的书记、工作人员，以及小区的党员"),
)
KINDS = declare(ESTATE_MOVED)

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
