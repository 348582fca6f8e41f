"""Whom a task reaches, for raw statements; `TaskQuerySet.reaching` says the same to the ORM.

An audience names organisations. It reaches whoever has a place (`Member.PLACES`: the unit, and the
estate or else the community) that is one of them or lies below one: whose path begins with theirs.
A part of a city task reaches whom its own audience and the city's both reach: nobody widens it. The claim
path asks the second question of parts alone: in the same statement it would cost every claim its planning.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from members.models import Member, Organization


def reaches(task: str, member: str) -> str:
    """SQL: whether the own audience of a task reaches a member, for tables under these aliases."""
    places = ", ".join(first_set([f"{member}.{name}_id" for name in line]) for line in Member.PLACES)
    return f"""EXISTS (
        SELECT 1 FROM tasks_task_audience a
        JOIN members_organization o ON o.id = a.organization_id
        JOIN members_organization place ON place.id IN ({places})
        WHERE a.task_id = {task}.id AND substr(place.path, 1, length(o.path)) = o.path
    )"""  # noqa: S608  (columns and aliases are named in our code)


def first_set(columns: list[str]) -> str:
    return columns[0] if len(columns) == 1 else f"COALESCE({', '.join(columns)})"


def in_reach_of(organization: Organization) -> Q:
    """Members whom an audience reaches that names it: below it by unit, or by estate or else community."""
    below = {f"{line}__path__startswith": organization.path for line in ("unit", "estate", "community")}
    by_unit, by_estate, by_community = (Q(**{name: path}) for name, path in below.items())
    return by_unit | by_estate | (Q(estate=None) & by_community)


def in_reach(audience: Iterable[Organization]) -> Q:
    """Members whom an audience reaches; nobody, where it names nobody."""
    return either(map(in_reach_of, audience))


def either(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))
