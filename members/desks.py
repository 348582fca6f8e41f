"""Who acts for an organisation, and what is open there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from members.models import Appointment, Organization, User
from xianfeng.lib.rooms import load

# Kinds whose desk has work of its own; a partner has no desk.
KINDS = [kind for kind in Organization.Kind if kind != Organization.Kind.PARTNER]


@dataclass(frozen=True)
class Work:
    """Something that waits: a count that opens its rows."""

    label: str
    count: int
    url: str


def open_work(organization: Organization) -> Iterator[Work]:
    """What is open at an organisation, room by room: each room that knows some has an `open_work.py`."""
    for room in load("open_work"):
        yield from (work for work in room.open_work(organization) if work.count)


def acting(organizations: Iterable[Organization | int]) -> QuerySet[Appointment]:
    """Today's posts that act; an auditor only reads."""
    posts = Appointment.objects.current().exclude(role=Appointment.Role.AUDITOR)
    return posts.filter(organization__in=organizations, user__is_active=True)


def staff_of(*organizations: Organization | int) -> QuerySet[User]:
    """People who act for exactly these organisations, or those of these ids, today."""
    return User.objects.filter(appointments__in=acting(organizations)).distinct()


def nearest_desk(place: Organization) -> Organization:
    """The place where somebody acts for it: itself, or the nearest above; where nobody does, itself."""
    # The longer of two paths that begin alike comes later: the last is the nearest.
    post = acting(place.ancestor_ids()).select_related("organization").order_by("organization__path").last()
    return post.organization if post else place


def staff_nearest(place: Organization) -> QuerySet[User]:
    """Who acts for a place, and where nobody does for the nearest above it."""
    return staff_of(nearest_desk(place))


def staff_by_desk(organizations: Iterable[int]) -> dict[int, list[User]]:
    """The same for many at once, by the id of the organisation; without those for whom nobody acts."""
    found: dict[int, dict[int, User]] = defaultdict(dict)
    for post in acting(organizations).select_related("user").order_by("pk"):
        found[post.organization_id][post.user_id] = post.user
    return {pk: list(users.values()) for pk, users in found.items()}


def is_deserted(organization: Organization) -> bool:
    """Whether nobody acts for it today."""
    return deserted(Organization.objects.filter(pk=organization.pk)).exists()


def deserted(organizations: QuerySet[Organization]) -> QuerySet[Organization]:
    """Those of them for whom nobody acts."""
    rows = organizations.filter(is_active=True, kind__in=KINDS)
    return rows.exclude(pk__in=acting(rows).values("organization_id"))


def is_last(appointment: Appointment) -> bool:
    """Whether nobody acts for its organisation once it ends."""
    return list(acting([appointment.organization]).values_list("pk", flat=True)) == [appointment.pk]
