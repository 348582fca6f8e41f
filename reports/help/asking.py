"""Whom a desk asks: the organisation above it and who acts there."""

from collections.abc import Iterator
from dataclasses import dataclass

from members.desks import nearest_desk, staff_of
from members.models import Appointment, Organization, User


@dataclass(frozen=True)
class Contact:
    """An organisation with its telephone, or the administrators, who have none of their own."""

    place: Organization | None
    names: list[str]


def above(desk: Appointment) -> Contact:
    """The level above, or where nobody acts there the next; the city asks who keeps the system.

    Names of who holds an office are no secret of theirs; numbers of their own are, and are not shown.
    """
    parent = desk.organization.parent
    if parent is None:
        return Contact(None, list(names_of_administrators()))
    place = nearest_desk(parent)
    return Contact(place, [str(user) for user in staff_of(place).order_by("pk")])


def names_of_administrators() -> Iterator[str]:
    yield from map(str, User.objects.filter(is_superuser=True, is_active=True).order_by("pk"))
