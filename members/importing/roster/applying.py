"""Write a planned roster to the database, and take it back. Callers hold the transaction."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from members.importing.plan import CHANGED, NEW, Plan, RowPlan
from members.models import ImportBatch, Member
from xianfeng.lib.pinyin import in_pinyin

from .checking import check_own
from .columns import COMPARED, OWN_STATEMENTS
from .history import line_of, write_lines
from .planning import LOOKUP_SIZE, as_stored
from .renumbering import change_numbers

WRITE_SIZE = 1_000  # rows in one statement

DATED = {"state", "unit_id"}  # changes that the roster's history names with their day
RESTORABLE = (*COMPARED, "state", "departed_on")


def apply_roster(plan: Plan, batch: ImportBatch | None) -> None:
    """Store every new and changed row, new numbers first.

    Raises IntegrityError when somebody else took one of the mobiles since the plan was made, NotPossible
    when a row of the plan turned out to be the uploader's own.
    """
    if batch:
        check_own(plan, batch)
    renumbered = [row for row in plan.of(CHANGED) if "mobile" in row.changes]
    if renumbered:
        change_numbers(renumbered, by=batch.confirmed_by if batch else None)
    created = [new_member(row, batch) for row in plan.of(NEW)]
    Member.objects.bulk_create(created, batch_size=WRITE_SIZE)
    update_members(plan.of(CHANGED), batch)


def new_member(row: RowPlan, batch: ImportBatch | None) -> Member:
    pinyin, initials = in_pinyin(row.fields["name"])
    return Member(**row.fields, pinyin=pinyin, initials=initials, batch=batch)


def update_members(rows: Sequence[RowPlan], batch: ImportBatch | None) -> None:
    """Write the fields that differ, and a line of history for each change of unit and each return.

    Whoever registered after the plan was made keeps what they stated themselves: the states are
    read again under lock.
    """
    if not rows:
        return
    current = locked_members([row.existing for row in rows if row.existing])
    if lines := [line_of(row, current[row.existing]) for row in rows if row.changes.keys() & DATED]:
        write_lines(lines, batch)
    for row in rows:
        member = current[row.existing]
        own = OWN_STATEMENTS if member["state"] == Member.State.REGISTERED else ()
        member |= {field: after for field, (_, after) in row.changes.items() if field not in own}
    write_members(current.values(), RESTORABLE)


def locked_members(pks: Iterable[int]) -> dict[int | None, dict[str, Any]]:
    """Members by id with everything an import may touch, locked until the transaction ends."""
    fields = ("pk", "mobile", *RESTORABLE)
    return {
        member["pk"]: member
        for some in batched(sorted(pks), LOOKUP_SIZE)
        for member in Member.objects.select_for_update().order_by("pk").filter(pk__in=some).values(*fields)
    }


def write_members(members: Iterable[dict[str, Any]], fields: Sequence[str]) -> None:
    """Update many members at once, as inserts that meet their own mobile (CASE WHEN is far slower)."""
    Member.objects.bulk_create(
        # Without the id: a row that met two unique keys at once would be an error on SQLite.
        [Member(**{name: value for name, value in member.items() if name != "pk"}) for member in members],
        update_conflicts=True,
        unique_fields=["mobile"],
        update_fields=[field.removesuffix("_id") for field in fields],
        batch_size=WRITE_SIZE,
    )


def remove_created(batch: ImportBatch) -> int:
    """Delete the members the batch created. Raises ProtectedError where records refer to one."""
    _, deleted = Member.objects.filter(batch=batch).delete()
    return deleted.get("members.Member", 0)


def restore_changed(changes: dict[int, dict[str, list[Any]]]) -> int:
    """Put back what the batch changed, except where somebody has changed it again since."""
    current = locked_members(changes)
    touched = []
    for pk, changed in changes.items():
        member = current.get(pk)
        back = {
            field: before
            for field, (before, after) in changed.items()
            if field in RESTORABLE and member and as_stored(member[field]) == after
        }
        if member and back:
            touched.append(member | back)
    write_members(touched, RESTORABLE)
    return len(touched)
