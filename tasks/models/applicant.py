"""Who asks for a place, as far as any rule may read: one value, filled the same way wherever it is needed.

The button knows a whole member; the claim path reads these columns with the task, in one statement.
A rule that wants one more of them adds it here, and both have it.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from members.models import Member

PREFIX = "applicant_"


@dataclass(frozen=True)
class Applicant:
    """Columns of `Member` under their own names."""

    id: int
    state: str
    is_leader: bool
    position: str
    skills: str
    intentions: str
    free_times: str
    unit_id: int
    community_id: int | None
    estate_id: int | None
    joined_on: date | None

    @classmethod
    def of(cls, member: Member) -> Self:
        return cls(**{name: getattr(member, name) for name in NAMES})

    @classmethod
    def read_with(cls, row: Any) -> Self:
        """From a row that was selected with `columns`; a raw query hands out what the driver gives."""
        values = {name: getattr(row, PREFIX + name) for name in NAMES}
        return cls(**{name: COLUMNS[name].to_python(value) for name, value in values.items()})

    @property
    def is_registered(self) -> bool:
        return self.state == Member.State.REGISTERED

    @property
    def is_departed(self) -> bool:
        return self.state == Member.State.DEPARTED

    @property
    def state_in_words(self) -> str:
        return str(Member.State(self.state).label)


NAMES = tuple(field.name for field in fields(Applicant))
COLUMNS: dict[str, Any] = {field.attname: field for field in Member._meta.concrete_fields}


def columns(alias: str) -> str:
    """The select list of a raw query, for a table of members under that alias."""
    return ", ".join(f"{alias}.{name} AS {PREFIX}{name}" for name in NAMES)
