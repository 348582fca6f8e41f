"""The kept lists, and the third of them that a run of the day takes."""

from itertools import chain

from tools.mutants import named, operations, people, service
from tools.mutants.mutant import Mutant

LISTS = (named.MUTANTS, people.MUTANTS, service.MUTANTS, operations.MUTANTS)
MUTANTS: tuple[Mutant, ...] = tuple(chain.from_iterable(LISTS))


def third(day: int) -> list[Mutant]:
    """Every third, a different one each day."""
    return list(MUTANTS[day % 3 :: 3])
