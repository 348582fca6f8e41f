"""How many people hang on each node of the tree."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from members.models import Member, Organization, User

Kind = Organization.Kind


@dataclass(frozen=True)
class Node:
    """One line of the tree page; counts include everything below."""

    organization: Organization
    depth: int
    on_roster: int
    registered: int


def line_counts(field: str) -> dict[int, tuple[int, int]]:
    """On roster and registered per organisation, by unit, community or estate; one query."""
    rows = (
        Member.objects.on_roster()
        .filter(**{f"{field}__isnull": False})
        .order_by()
        .values_list(field)
        .annotate(listed=Count("pk"), registered=Count("pk", filter=Q(state=Member.State.REGISTERED)))
    )
    return {pk: (listed, registered) for pk, listed, registered in rows}


def totals(organizations: list[Organization]) -> dict[int, tuple[int, int]]:
    """Per node the sum of its branch. Estates count for themselves: their people are in the community's."""
    own = line_counts("unit") | line_counts("community")
    listed, registered = Counter[int](), Counter[int]()
    for organization in organizations:
        for pk in organization.ancestor_ids() if organization.pk in own else []:
            listed[pk] += own[organization.pk][0]
            registered[pk] += own[organization.pk][1]
    return {pk: (listed[pk], registered[pk]) for pk in listed} | line_counts("estate")


def branch(user: User, *, units: bool) -> list[Node]:
    """The desk's branch in tree order, one line of it: units, or streets, communities and estates."""
    rows = Organization.objects.visible_to(user)
    rows = rows.filter(kind__in=[Kind.CITY, Kind.UNIT]) if units else rows.exclude(kind=Kind.UNIT)
    line = sorted(rows, key=lambda organization: organization.ancestor_ids())
    sums = totals(line)
    top = len(line[0].ancestor_ids()) if line else 0
    return [Node(each, len(each.ancestor_ids()) - top, *sums.get(each.pk, (0, 0))) for each in line]


def people_of(organization: Organization) -> dict[str, int]:
    return (
        Member.objects.of(organization)
        .on_roster()
        .aggregate(on_roster=Count("pk"), registered=Count("pk", filter=Q(state=Member.State.REGISTERED)))
    )
