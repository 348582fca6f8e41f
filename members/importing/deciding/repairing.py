"""Rejected rows put right in the preview: what people write over the cells of the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from members.cleaning import clean_text, without_id_numbers
from members.importing.column import Column
from members.importing.deciding.showing import masked
from members.importing.plan import CELLS, key
from members.importing.roster.columns import COLUMNS, COMMUNITY, ESTATE, MOBILE, NAME, PLACES
from members.models import ImportBatch, ImportRow, Organization
from xianfeng.lib.refusal import Refusal

LONGEST = 500  # characters of a cell; no column of the roster holds more
# An error of one column may be a slip in another.
TOGETHER = {MOBILE: (NAME, MOBILE), ESTATE: (COMMUNITY, ESTATE)}
BY_HEADER = {column.header: column for column in COLUMNS}


class HoldsIdNumber(Refusal):
    code = "id_number_in_text"


@dataclass(frozen=True)
class Cell:
    """One input: what stands in the file, or was written over it before.

    A number of somebody is shown masked, beside an empty input; nothing written there leaves it.
    """

    name: str
    label: str
    value: str
    masked: str
    suggestions: str  # the id of the list of names to choose from; empty where there is none


def cells_of(row: ImportRow) -> list[Cell]:
    """The columns that a rejected row's errors are about, in the file's order."""
    wrong = {error["column"] for error in row.errors}
    wrong |= {header for column in wrong for header in TOGETHER.get(column, ())}
    columns = (column for column in COLUMNS if column.header in wrong)
    return [cell_of(row, column) for column in columns]


def cell_of(row: ImportRow, column: Column) -> Cell:
    header = column.header
    value = row.values.get(header, "")
    hidden = shown if (shown := masked(value)) != value else ""
    return Cell(f"{row.pk}:{header}", header, "" if hidden else value, hidden, list_of(column.field))


def list_of(field: str) -> str:
    return f"names-{field}" if field in PLACES else ""


def names_to_choose() -> dict[str, list[str]]:
    """The directory's names by the id of their list; one query."""
    kinds = [field.removesuffix("_id") for field in PLACES]
    active = Organization.objects.active().filter(kind__in=kinds).order_by("name")
    found: dict[str, list[str]] = {list_of(field): [] for field in PLACES}
    for kind, name in active.values_list("kind", "name"):
        found[list_of(f"{kind}_id")].append(name)
    return found


def repairs(batch: ImportBatch, posted: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What was written over rejected rows, as decisions; what stands there already is none.

    Raises HoldsIdNumber.
    """
    given = dict(written(posted))
    rows = batch.rows.filter(outcome=ImportRow.Outcome.REJECTED, pk__in={pk for pk, _header in given})
    found = {}
    for row in rows:
        changed = {
            header: text
            for (pk, header), text in given.items()
            if pk == row.pk and is_changed(row.values.get(header, ""), text)
        }
        if changed:
            place = key(CELLS, row.place)
            found[place] = {**batch.decisions.get(place, {}), **changed}
    return found


def is_changed(value: str, text: str) -> bool:
    """An input left empty beside a masked number changes nothing."""
    return text != clean_text(value) and bool(text or masked(value) == value)


def written(posted: Mapping[str, Any]) -> Iterable[tuple[tuple[int, str], str]]:
    """Inputs named "row:column" with their text. Raises HoldsIdNumber."""
    for name in posted:
        pk, _colon, header = name.partition(":")
        if pk.isdecimal() and header in BY_HEADER:
            text = clean_text(posted[name])[:LONGEST]
            if without_id_numbers(text) != text:
                raise HoldsIdNumber(
                    _("“%(column)s”里写有身份证号，平台不保存。请去掉后再提交。") % {"column": header}
                )
            yield (int(pk), header), text
