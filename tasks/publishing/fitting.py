"""How many people a task would find: who registered in its audience, and who has what it asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from members.models import Member, Organization
from tasks.catalogue.suggesting import SEPARATOR


@dataclass(frozen=True)
class Fitting:
    """`skilled` is None where no skill is asked for."""

    people: int
    skilled: int | None = None


def fitting(
    audience: Sequence[Organization], wanted_skills: str, within: Sequence[Organization] | None = None
) -> Fitting:
    """One query; people of a unit and of a community who are both in the audience count once.

    `within`: the audience of the whole that it is a part of, which reaches them too.
    """
    skills = [word for word in SEPARATOR.split(wanted_skills) if word]
    has_skill = either(Q(skills__contains=word) for word in skills)
    people = Member.objects.registered().filter(either(map(in_reach_of, audience)))
    if within is not None:
        people = people.filter(either(map(in_reach_of, within)))
    counts = people.aggregate(people=Count("pk"), skilled=Count("pk", filter=has_skill))
    return Fitting(counts["people"], counts["skilled"] if skills else None)


def in_reach_of(organization: Organization) -> Q:
    """As `TaskQuerySet.reaching` has it: below the organisation by unit, or by estate or else community."""
    below = {f"{line}__path__startswith": organization.path for line in ("unit", "estate", "community")}
    by_unit, by_estate, by_community = (Q(**{name: path}) for name, path in below.items())
    return by_unit | by_estate | (Q(estate=None) & by_community)


def either(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))
