"""A unit that stands only in the first of its rows: asked once a sheet whether it counts for those below."""

from functools import cached_property

from members.cleaning import clean_text
from members.importing.decisions import ABOVE, FILL, GROUPED, Ask, Decisions
from members.importing.plan import Cleaned
from xianfeng.lib.spreadsheet.reading import Cell, Table

from .columns import UNIT, is_no_row


class Filling:
    """Goes down a sheet with the rows and remembers the last unit."""

    def __init__(self, table: Table, decisions: Decisions) -> None:
        self.table = table
        self.answer = decisions.of(FILL, table.sheet.name)
        self.ask = Ask(FILL, table.sheet.name, {"sheet": table.sheet.name})
        self.above = ""

    def fill(self, cells: dict[str, Cell]) -> tuple[list[Cleaned], Ask | None]:
        """Give a row without a unit the one above; otherwise the question that stands open."""
        if unit := clean_text(cells[UNIT]):
            self.above = unit
            return [], None
        if not self.above:
            return [], None
        if self.answer == ABOVE or (self.answer == GROUPED and self.is_grouped):
            cells[UNIT] = self.above
            return [Cleaned(UNIT, "", self.above)], None
        return [], self.ask if self.answer is None else None

    @cached_property
    def is_grouped(self) -> bool:
        """Each unit is written once, and at least as many rows leave it blank as write it."""
        units = [clean_text(cells[UNIT]) for _, cells in self.table.records() if not is_no_row(cells)]
        written = [unit for unit in units if unit]
        return len(set(written)) == len(written) <= len(units) - len(written)
