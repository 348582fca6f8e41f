"""States that say for themselves what they mean: each with its word and colour, and sets of them by name.

class State(States):
    CLAIMED = "claimed", "info", _("已接单")
    VERIFIED = "verified", "success", _("已亮旗")

    HOLDS_PLACE = states(CLAIMED, VERIFIED)

is_open = StateIn(State.OPEN)
"""

import enum
from collections.abc import Set
from typing import Any, Self, overload

from django.db import models
from django.utils.functional import Promise

# What a colour says; the style sheets know these and no others.
TONES = frozenset({"success", "info", "warning", "danger", "neutral", "accent"})


class States(models.TextChoices):
    """Choices that have a tone each: value, tone and word. Raises ValueError for an unknown tone."""

    tone: str

    def __new__(cls, value: str, tone: str = "") -> Self:
        if tone not in TONES:
            raise ValueError(f"Unknown tone {tone!r}; known are {sorted(TONES)}.")
        state = str.__new__(cls, value)
        state._value_ = value
        state.tone = tone
        return state


def states(*members: tuple[str, str, str | Promise]) -> "enum.nonmember[frozenset[str]]":
    """A set of states of the class it stands in, for `in`, `__in` and SQL parameters alike.

    Inside its own class a state still is the plain tuple; the set holds the values.
    """
    return enum.nonmember(frozenset(value for value, _tone, _word in members))


class StateIn:
    """A predicate of one row: whether its state (or kind) is one of these. Templates ask nothing else."""

    def __init__(self, states: Set[str], field: str = "state") -> None:
        self.states = states
        self.field = field

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type) -> bool: ...
    def __get__(self, row: Any, owner: type) -> "Self | bool":
        return self if row is None else getattr(row, self.field) in self.states
