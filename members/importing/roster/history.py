"""What an import leaves in the roster's history: who changed unit, and who came back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from members.importing.plan import RowPlan
from members.leaving.rules import decided_before
from members.models import ImportBatch, RosterChange, RosterChangeEvent, User
from xianfeng.lib.queue import later
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move_all, record

from .planning import as_stored

Kind, State = RosterChange.Kind, RosterChange.State
DATES = ("joined_on", "departed_on")


def line_of(row: RowPlan, member: Mapping[str, Any]) -> RosterChange:
    """A return or a change of unit, from what the roster says of the person before it."""
    line = RosterChange(member_id=member["pk"], to_unit_id=row.fields["unit_id"], before=dates_of(member))
    if "state" in row.changes:
        line.kind, line.day = Kind.RETURNED, row.changes["joined_on"][1]
    else:
        line.kind, line.day, line.from_unit_id = Kind.MOVED, today(), member["unit_id"]
    return line


def dates_of(member: Mapping[str, Any]) -> dict[str, str]:
    return {name: as_stored(member[name]) for name in DATES if member[name]}


def write_lines(lines: Sequence[RosterChange], batch: ImportBatch | None) -> None:
    """Whoever confirmed the batch has recorded them; nobody where a command line did.

    Who was moved there meanwhile is not moved once more.
    """
    by = batch.confirmed_by if batch else None
    lines = [line for line in lines if line.from_unit_id != line.to_unit_id]
    for line in lines:
        line.batch, line.recorded_by, line.note = batch, by, _("随名册导入")
    record(RosterChange.objects.bulk_create(lines), event=RosterChangeEvent, by=by)
    if batch:
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
