"""How far two communities are apart, in steps, and how one says it.

What the city entered as neighbours counts: each border crossed is a step. Where nothing is entered, the same
street is two steps and another one three.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.models import Organization
from tasks.balancing.flows import FARTHEST

SAME_STREET, OTHER_STREET = 2, 3


@dataclass(frozen=True)
class Ways:
    """Steps between any two communities; None is too far."""

    communities: Mapping[int, Organization]
    crossed: Mapping[int, Mapping[int, int]]

    @classmethod
    def between(cls, communities: Sequence[Organization]) -> "Ways":
        """One query."""
        known = {one.pk: one for one in communities}
        borders: dict[int, set[int]] = {pk: set() for pk in known}
        through = Organization.neighbours.through
        pairs = through.objects.filter(from_organization__in=known, to_organization__in=known)
        for one, other in pairs.values_list("from_organization", "to_organization"):
            borders[one].add(other)
        return cls(known, {pk: _crossed(pk, borders) for pk in known})

    def steps(self, origin: int, host: int) -> int | None:
        if host in self.crossed[origin]:
            return self.crossed[origin][host]
        if self._is_entered(origin) and self._is_entered(host):
            return None
        return SAME_STREET if self._same_street(origin, host) else OTHER_STREET

    def in_words(self, origin: int, host: int) -> str:
        match self.crossed[origin].get(host):
            case 1:
                return _("两个社区相邻")
            case int(borders):
                return _("中间隔 %(count)d 个社区") % {"count": borders - 1}
        return _("在同一个街道") if self._same_street(origin, host) else _("在不同街道")

    def _is_entered(self, pk: int) -> bool:
        return len(self.crossed[pk]) > 1

    def _same_street(self, one: int, other: int) -> bool:
        return self.communities[one].parent_id == self.communities[other].parent_id


def _crossed(start: int, borders: Mapping[int, set[int]]) -> dict[int, int]:
    """Communities within reach of one, by how many borders are crossed on the shortest way."""
    found, waiting = {start: 0}, deque([start])
    while waiting:
        here = waiting.popleft()
        for there in borders[here] - found.keys() if found[here] < FARTHEST else ():
            found[there] = found[here] + 1
            waiting.append(there)
    return found
