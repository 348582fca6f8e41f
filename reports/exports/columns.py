"""Columns of an export: a header, the database's values they are made of, and who may have them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from import_export import fields, widgets

from members.models import Appointment, Organization
from members.people import privacy

# How values come out; `force_native_type` of the library keeps numbers and dates what they are.
TEXT, NUMBER, DAY, MOMENT = (
    widgets.Widget, widgets.NumberWidget, widgets.DateWidget, widgets.DateTimeWidget,
)  # fmt: skip
SEPARATOR = "、"


def everybody(desk: Appointment) -> bool:
    return True


def knows_homes(desk: Appointment) -> bool:
    """A unit never learns where exactly its people live (DOMAIN 3)."""
    return desk.organization.kind != Organization.Kind.UNIT


class Column(fields.Field):
    """One column. With one source its value is taken as it is; `make` gets the values of all sources.

    `ticked` says whether it is chosen unless somebody unticks it, `allowed` which desks may have it,
    `width` how many characters wide it stands.
    """

    def __init__(
        self,
        header: object,
        *sources: str,
        make: Callable[..., Any] | None = None,
        kind: type[widgets.Widget] = TEXT,
        width: int = 14,
        ticked: bool = True,
        allowed: Callable[[Appointment], bool] = everybody,
    ) -> None:
        super().__init__(attribute=sources[0], column_name=header, widget=kind(), readonly=True)
        self.sources, self.make = sources, make
        self.width, self.ticked, self.allowed = width, ticked, allowed

    def get_value(self, record: Mapping[str, Any]) -> Any:
        if self.make is None:
            return record[self.attribute]
        return self.make(*[record[source] for source in self.sources])


def words_of(choices: Iterable[tuple[Any, Any]]) -> Callable[[Any], str]:
    """The word of a stored choice."""
    words = {key: str(word) for key, word in choices}
    return lambda value: words.get(value, "")


def yes_or_nothing(value: bool) -> str:
    return "是" if value else ""


def hours(minutes: int | None) -> float | None:
    """Hours to two places, as a number that sums up."""
    return None if minutes is None else round(minutes / 60, 2)


def listed(text: str) -> str:
    """ "、理发、财务、" as 理发、财务."""
    return text.strip(SEPARATOR)


def mobile(source: str = "mobile", **extra: Any) -> Column:
    """The one way a number gets into a file: masked."""
    return Column("手机号", source, make=lambda number: privacy.mask("mobile", number), width=15, **extra)
