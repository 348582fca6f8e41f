"""How many people a task would find: who registered in its audience, and who has what it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from members.models import Member, Organization
from tasks.catalogue.suggesting import SEPARATOR
from tasks.models.audience import either, in_reach


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
    people = Member.objects.registered().filter(in_reach(audience))
    if within is not None:
        people = people.filter(in_reach(within))
    counts = people.aggregate(people=Count("pk"), skilled=Count("pk", filter=has_skill))
    return Fitting(counts["people"], counts["skilled"] if skills else None)
