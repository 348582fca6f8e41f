"""Whom a task reaches, for raw statements; `TaskQuerySet.reaching` says the same to the ORM.

An audience names organisations. It reaches whoever has a place (`Member.PLACES`: the unit, and the
estate or else the community) that is one of them or lies below one: whose path begins with theirs.
A part of a city task reaches whom its own audience and the city's both reach: nobody widens it. The claim
path asks the second question of parts alone: in the same statement it would cost every claim its planning.
"""

from members.models import Member


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
