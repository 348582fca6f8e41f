"""What an import leaves in the roster's history: who changed unit, and who came back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from members.importing.plan import RowPlan
from members.leaving.rules import decided_before
from members.models import ImportBatch, RosterChange, RosterChangeEvent, User
from xianfeng.lib.queue import later
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move_all, record

from .comparing import as_stored

Kind, State = RosterChange.Kind, RosterChange.State
DATES = ("joined_on", "departed_on")


def lines_of(rows: Iterable[RowPlan], current: Mapping[int | None, dict[str, Any]]) -> Iterator[RosterChange]:
    """A line for each return and each change of unit, from what the roster says before it."""
    for row in rows:
        assert row.existing is not None  # noqa: S101  (for the type checker)
        member, to_unit = current[row.existing], row.fields["unit_id"]
        line = RosterChange(member_id=row.existing, to_unit_id=to_unit, before=dates_of(member))
        if "state" in row.changes:
            line.kind, line.day = Kind.RETURNED, row.changes["joined_on"][1]
            yield line
        elif member["unit_id"] != to_unit:
            line.kind, line.day, line.from_unit_id = Kind.MOVED, today(), member["unit_id"]
            yield line


def dates_of(member: Mapping[str, Any]) -> dict[str, str]:
    return {name: as_stored(member[name]) for name in DATES if member[name]}


def write_lines(lines: Iterable[RosterChange], batch: ImportBatch | None) -> None:
    """Whoever confirmed the batch has recorded them; nobody where a command line did."""
    by = batch.confirmed_by if batch else None
    written = list(lines)
    for line in written:
        line.batch, line.recorded_by, line.note = batch, by, _("随名册导入")
    record(RosterChange.objects.bulk_create(written), event=RosterChangeEvent, by=by)
    if batch and written:
        later("members.tell_changes_of_import", batch.pk)


def take_lines_back(batch: ImportBatch, *, by: User | None) -> None:
    """The lines stay, as taken back; `restore_changed` gives the unit and the dates back."""
    lines = list(batch.roster_changes.standing())
    move_all(
        lines,
        State.UNDONE,
        allowed=State.STANDS,
        event=RosterChangeEvent,
        by=by,
        note=_("整批导入已撤销"),
        refusal=decided_before,
    )
    if lines:
        later("members.tell_changes_of_import", batch.pk)
