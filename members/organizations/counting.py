"""How many people hang on each node of the tree."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q

from members.models import Member, Organization, User
from members.models.organization import OrganizationQuerySet
from members.organizations import finding

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


@dataclass
class Part:
    """Lines of the tree that stand together: a street with all below it, or what lies beside the streets."""

    street: Organization | None
    nodes: list[Node] = field(default_factory=list)
    is_open: bool = True

    @property
    def head(self) -> Node:
        return self.nodes[0]

    @property
    def communities(self) -> int:
        return sum(node.organization.kind == Kind.COMMUNITY for node in self.nodes)

    def holds(self, organization: Organization) -> bool:
        return self.street.contains(organization) if self.street else organization.kind != Kind.STREET


def branch(user: User, *, units: bool, text: str = "") -> list[Node]:
    """The desk's branch in tree order, one line of it: units, or streets, communities and estates.

    With `text` only what it finds, and what lies above and below that; the counts stay those of all.
    """
    rows = Organization.objects.visible_to(user)
    rows = rows.filter(kind__in=[Kind.CITY, Kind.UNIT]) if units else rows.exclude(kind=Kind.UNIT)
    line = sorted(rows, key=lambda organization: organization.ancestor_ids())
    sums = totals(line)
    top = len(line[0].ancestor_ids()) if line else 0
    shown = finding.around(line, finding.found(line, text))
    return [Node(each, len(each.ancestor_ids()) - top, *sums.get(each.pk, (0, 0))) for each in shown]


def parts(nodes: Iterable[Node], opened: Collection[int] | None) -> list[Part]:
    """The tree street by street; `opened` names the streets that stand open, None opens all."""
    found: list[Part] = []
    for node in nodes:
        street = node.organization if node.organization.kind == Kind.STREET else None
        if not found or street or not found[-1].holds(node.organization):
            found.append(Part(street, is_open=opened is None or not street or street.pk in opened))
        found[-1].nodes.append(node)
    return found


def idle(organizations: OrganizationQuerySet) -> OrganizationQuerySet:
    """Communities and units of these none of whose people has registered; those below a unit are its own."""
    registered = Member.objects.registered()
    rows = organizations.active().filter(kind__in=[Kind.COMMUNITY, Kind.UNIT])
    return rows.exclude(Exists(registered.filter(community=OuterRef("pk")))).exclude(
        Exists(registered.filter(unit__path__startswith=OuterRef("path")))
    )


def people_of(organization: Organization) -> dict[str, int]:
    return (
        Member.objects.of(organization)
        .on_roster()
        .aggregate(on_roster=Count("pk"), registered=Count("pk", filter=Q(state=Member.State.REGISTERED)))
    )
