"""Columns of an export: a header, the database's values they are made of, and who may have them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from import_export import fields, widgets

from members.models import Appointment
from members.people import privacy

# What a column holds; the library's `force_native_type` keeps numbers and dates what they are.
TEXT, NUMBER, DAY, MOMENT = (
    widgets.Widget, widgets.NumberWidget, widgets.DateWidget, widgets.DateTimeWidget,
)  # fmt: skip


def everybody(desk: Appointment) -> bool:
    return True


class Column(fields.Field):
    """One column. With one source its value is taken as it is; `make` gets the values of all sources.

    `ticked` says whether it is chosen until somebody unticks it, `allowed` which desks may have it,
    `width` how many characters wide it stands.
    """

    def __init__(
        self,
        header: str | Promise,
        *sources: str,
        make: Callable[..., Any] | None = None,
        holds: type[widgets.Widget] = TEXT,
        width: int = 14,
        ticked: bool = True,
        allowed: Callable[[Appointment], bool] = everybody,
    ) -> None:
        super().__init__(attribute=sources[0], column_name=header, widget=holds(), readonly=True)
        self.sources, self.make = sources, make
        self.width, self.ticked, self.allowed = width, ticked, allowed

    def get_value(self, record: Mapping[str, Any]) -> Any:
        if self.make is None:
            return record[self.sources[0]]
        return self.make(*[record[source] for source in self.sources])


def masked_mobile(source: str = "mobile", *, ticked: bool = True) -> Column:
    """The one way a number gets into a file: masked."""
    header = gettext_lazy("手机号")
    return Column(header, source, make=lambda number: privacy.mask("mobile", number), ticked=ticked)


def words_of(choices: Iterable[tuple[Any, Any]]) -> Callable[[Any], str]:
    """The word of a stored choice."""
    words = dict(choices)
    return lambda value: str(words.get(value, ""))


def as_yes(value: bool) -> str:
    """是, or an empty cell: a column full of 否 hides the few that matter."""
    return gettext("是") if value else ""


def as_hours(minutes: int) -> float:
    """Hours to two places, as a number that adds up."""
    return round(minutes / 60, 2)


def as_list(text: str) -> str:
    """ "、理发、财务、" as 理发、财务."""
    return text.strip("、")
