"""What deleting a row does to those that refer to it."""

from typing import Any

from django.db.models import CASCADE, PROTECT
from django.db.models.deletion import Collector
from django.utils.deconstruct import deconstructible


@deconstructible
class CascadeOnly:
    """An `on_delete`: referring rows of this condition go along, any other protects what it refers to."""

    def __init__(self, **condition: Any) -> None:
        self.condition = condition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CascadeOnly) and other.condition == self.condition

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.condition.items())))

    def __call__(self, collector: Collector, field: Any, rows: Any, using: str) -> None:
        """Raises ProtectedError."""
        if lasting := rows.exclude(**self.condition)[:1]:
            PROTECT(collector, field, lasting, using)
        CASCADE(collector, field, rows, using)
