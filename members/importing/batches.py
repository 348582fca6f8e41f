"""A file on its way into the roster or the tree: uploaded, checked, previewed, confirmed, undone.

People take the steps that decide something; jobs take the long ones between.  Every step is a
conditional update with an event row, so each may be tried twice and is done once.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.importing import organizations
from members.importing.column import Column, sought_in
from members.importing.deciding.decisions import reachable
from members.importing.organizations import (
    apply_organizations,
    plan_organizations,
    remove_organizations,
    restore_organizations,
)
from members.importing.plan import Decisions, Plan
from members.importing.roster import apply_roster, plan_rosters, read_rosters
from members.importing.roster.applying import remove_created, restore_changed
from members.importing.roster.checking import check_undo_of_own, entries_of
from members.importing.roster.columns import COLUMNS
from members.importing.roster.history import take_lines_back
from members.importing.roster.renumbering import restore_numbers
from members.importing.rules import (
    FOLLOWS,
    BatchMovedOn,
    check_confirmable,
    check_decidable,
    check_may_upload,
    check_undoable,
    moved_on,
)
from members.models import ImportBatch, ImportEvent, ImportRow, User
from xianfeng.lib.database.contention import again
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import Refusal, check_reason
from xianfeng.lib.spreadsheet.reading import Unreadable
from xianfeng.lib.transitions import move as move_row
from xianfeng.lib.transitions import record

State, Kind = ImportBatch.State, ImportBatch.Kind
Outcome = ImportRow.Outcome

logger = logging.getLogger(__name__)

WRITE_SIZE = 1_000  # preview rows in one statement, and in one short transaction
# What a worker does for a batch in each of these states.
JOBS = {
    State.UPLOADED: "members.check_import",
    State.CONFIRMING: "members.write_import",
    State.UNDOING: "members.take_back_import",
}
KEPT_UNDECIDED = dt.timedelta(days=30)  # a preview that nobody confirms holds personal data
STUCK_AFTER = dt.timedelta(minutes=2)  # without a sign of life the worker is taken for dead


# --- Steps people take --------------------------------------------------------------------------


def upload(kind: str, file: UploadedFile, *, by: User) -> ImportBatch:
    """Keep the file and have it checked. Raises NotAllowedHere."""
    organization = check_may_upload(kind, by)
    # Stored under a name of our own, and theirs nowhere: it often says whom the list is about.
    file.name = f"{secrets.token_hex(8)}{Path(file.name or '').suffix.lower()[:6]}"
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            kind=kind,
            organization=organization,
            uploaded_by=by,
            file=file,
            beat_at=timezone.now(),
        )
        record([batch], event=ImportEvent, by=by)
        enqueue(batch.pk, State.UPLOADED)
    return batch


def confirm(batch: ImportBatch, *, by: User) -> None:
    """Have the good rows written. Raises BatchMovedOn, NothingToImport."""
    check_confirmable(batch)
    with transaction.atomic():
        move(batch, State.CONFIRMING, by=by, confirmed_by=by)
        enqueue(batch.pk, State.CONFIRMING)


def decide(batch: ImportBatch, answers: Mapping[str, Any], *, by: User) -> None:
    """Answer questions and have the file planned again. Raises BatchMovedOn, NothingDecided, DatesWrong."""
    answers = reachable(answers, batch.decisions)
    check_decidable(batch, answers)
    with transaction.atomic():
        decisions = {name: given for name, given in {**batch.decisions, **answers}.items() if given}
        move(batch, State.UPLOADED, by=by, decisions=decisions, note=_("作了决定，重新核对"))
        enqueue(batch.pk, State.UPLOADED)


def undo(batch: ImportBatch, *, reason: str, by: User) -> None:
    """Have everything the batch wrote taken back.

    Raises BatchMovedOn, NotUndoable, ReasonNeeded; NotPossible where one's own entry is among it.
    """
    check_undoable(batch)
    check_undo_of_own(batch, by)
    reason = check_reason(reason, told=_("会留在这一批的记录里"))
    with transaction.atomic():
        move(batch, State.UNDOING, by=by, note=reason, undo_reason=reason, error="")
        enqueue(batch.pk, State.UNDOING)


def discard(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """Drop a batch that was not imported, with its file and its rows. Raises BatchMovedOn."""
    with transaction.atomic():
        move(batch, State.DISCARDED, by=by)
        batch.rows.all().delete()
        transaction.on_commit(partial(forget_file, batch), robust=True)
    return batch


def forget_file(batch: ImportBatch) -> None:
    """Delete what was uploaded, columns that were ignored included.

    Its name stays until it is gone, so that the sweep finds what a crash has left.
    """
    batch.file.delete(save=False)
    ImportBatch.objects.filter(pk=batch.pk).update(file="")


# --- Steps the worker takes ---------------------------------------------------------------------


class Abandoned(Exception):
    """The batch was given to another worker, or dropped, while this one was at it."""


class Hold:
    """A worker's hold on a batch it checks. The time of the last beat is the token:
    whoever finds another one there has lost the batch to another worker."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch

    def beat(self, **fields: Any) -> None:
        now = timezone.now()
        mine = ImportBatch.objects.filter(pk=self.batch.pk, state=State.CHECKING, beat_at=self.batch.beat_at)
        if mine.update(beat_at=now, **fields) != 1:
            raise Abandoned
        self.batch.beat_at = now

    def progress(self, done: int, total: int) -> None:
        self.beat(done=done, total=total)


def check(batch_id: int) -> None:
    """Read the file and store the preview. Does nothing where another worker has the batch."""
    batch = ImportBatch.objects.select_related("organization").get(pk=batch_id)
    if not taken(batch, State.CHECKING, error="", done=0, total=0):
        return
    hold = Hold(batch)
    try:
        plan = plan_for(batch, hold.progress)
        store_preview(batch, plan, hold)
        counts = {
            **plan.counts,
            "unknown_columns": plan.unknown_columns,
            "sheets": plan.sheets,
            "questions": plan.questions(),
            "without_day": plan.without_day,
        }
        move(batch, State.PREVIEWED, counts=counts)
    except (Abandoned, BatchMovedOn):
        logger.warning("Import batch %s went to another worker", batch_id)
    except Unreadable as error:
        fail(batch, str(error), counts={"unreadable": error.code})
    except Exception:
        logger.exception("Import batch %s could not be checked", batch_id)
        fail(batch, _("检查时出了意外的错误。请重新上传；如仍然出错，请联系系统管理员。"))


def taken(batch: ImportBatch, state: ImportBatch.State, **fields: Any) -> bool:
    try:
        move(batch, state, **fields)
    except BatchMovedOn:
        return False
    return True


def fail(batch: ImportBatch, message: str, **fields: Any) -> None:
    taken(batch, State.FAILED, error=message[:500], note=message, **fields)


def plan_for(batch: ImportBatch, progress: Callable[[int, int], None] | None = None) -> Plan:
    """What the file would do now. Raises Unreadable."""
    if batch.kind == Kind.ORGANIZATIONS:
        return plan_organizations(batch.file.path)
    decisions = Decisions(batch.decisions)
    rosters = read_rosters(batch.file.path, decisions=decisions)
    return plan_rosters(rosters, batch.organization, decisions, progress, entries_of(batch))


def store_preview(batch: ImportBatch, plan: Plan, hold: Hold) -> None:
    """Short transactions, so that others can write in between; a second try starts afresh."""
    batch.rows.all().delete()
    total = len(plan.rows)
    for written, some in enumerate(batched(import_rows(batch, plan), WRITE_SIZE), start=1):
        ImportRow.objects.bulk_create(some)
        hold.progress(min(written * WRITE_SIZE, total), total)


def columns_of(batch: ImportBatch) -> tuple[Column, ...]:
    return COLUMNS if batch.kind == Kind.ROSTER else organizations.COLUMNS


def import_rows(batch: ImportBatch, plan: Plan) -> Iterator[ImportRow]:
    """The plan as rows to store; who is new is found by the batch, once they are written."""
    is_roster, columns = batch.kind == Kind.ROSTER, columns_of(batch)
    for row in plan.rows:
        yield ImportRow(
            batch=batch,
            sheet=row.sheet[:40],
            row=row.row,
            outcome=row.outcome,
            sought=sought_in(row.values, columns),
            values=row.values,
            changes=row.changes,
            cleaned=[cleaned.as_dict() for cleaned in row.cleaned],
            errors=[error.as_dict() for error in row.errors],
            member_id=row.existing if is_roster else None,
        )


def write(batch_id: int) -> None:
    """Plan once more on what the roster holds now, and write all good rows in one transaction."""
    batch = ImportBatch.objects.select_related("organization", "confirmed_by").get(pk=batch_id)
    if batch.state != State.CONFIRMING:
        return
    try:
        write_all(batch)
    except Unreadable as error:
        fail(batch, str(error))
    except (IntegrityError, Refusal, ObjectDoesNotExist):
        logger.warning("Import batch %s met changes made meanwhile; checking again", batch_id)
        check_again(ImportBatch.objects.get(pk=batch_id))


def write_all(batch: ImportBatch) -> None:
    """Everything slow comes before the transaction: while it lasts, SQLite lets nobody else write."""
    plan = plan_for(batch)
    rows = [] if is_as_previewed(batch, plan) else list(import_rows(batch, plan))
    with transaction.atomic():
        if not locked(batch, State.CONFIRMING):
            return
        apply(plan, batch)
        if rows:
            batch.rows.all().delete()
            ImportRow.objects.bulk_create(rows, batch_size=WRITE_SIZE)
        counts = {**batch.counts, **plan.counts}
        move(batch, State.CONFIRMED, by=batch.confirmed_by, confirmed_at=timezone.now(), counts=counts)
        later("flags.renew_forecast")
        later("members.tell_of_import", batch.pk)
        transaction.on_commit(partial(forget_file, batch), robust=True)


def is_as_previewed(batch: ImportBatch, plan: Plan) -> bool:
    """Whether the stored rows still say what the plan says: usually nobody changed anything between."""
    stored = batch.rows.order_by("pk").values_list("sheet", "row", "outcome", "changes")
    return list(stored) == [(row.sheet[:40], row.row, row.outcome.value, row.changes) for row in plan.rows]


def apply(plan: Plan, batch: ImportBatch) -> None:
    if batch.kind == Kind.ROSTER:
        apply_roster(plan, batch)
    else:
        apply_organizations(plan, by=batch.confirmed_by)


def check_again(batch: ImportBatch) -> None:
    with transaction.atomic():
        if taken(batch, State.UPLOADED, note=_("确认时名册刚被别人改动，已重新检查。请再看一遍预览。")):
            enqueue(batch.pk, State.UPLOADED)


def take_back(batch_id: int) -> None:
    """Delete what the batch created and restore what it changed, in one transaction."""
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state != State.UNDOING:
        return
    try:
        again(lambda: remove_and_say_so(batch))
    except Refusal as refusal:
        taken(batch, State.CONFIRMED, error=refusal.message, note=refusal.message)
    except ProtectedError:
        message = _("这一批里已有人或组织有了记录，不能再整批撤销。请逐个更正。")
        taken(batch, State.CONFIRMED, error=message, note=message)


@transaction.atomic
def remove_and_say_so(batch: ImportBatch) -> None:
    if locked(batch, State.UNDOING):
        refuse_if_registered(batch)
        remove(batch)
        move(batch, State.UNDONE, undone_at=timezone.now())
        later("flags.renew_forecast")
        later("members.tell_of_import", batch.pk)


def refuse_if_registered(batch: ImportBatch) -> None:
    """Somebody may have registered between the click and the job."""
    batch.state = State.CONFIRMED
    try:
        check_undoable(batch)
    finally:
        batch.state = State.UNDOING


def remove(batch: ImportBatch) -> None:
    changed = batch.rows.filter(outcome=Outcome.CHANGED)
    if batch.kind == Kind.ROSTER:
        changes = {row.member_id: row.changes for row in changed if row.member_id}
        restore_numbers(changes, by=who_undoes(batch))
        take_lines_back(batch, by=who_undoes(batch))
        restore_changed(changes)
        remove_created(batch)
        return
    restore_organizations(((code_of(row), row.changes) for row in changed), by=who_undoes(batch))
    remove_organizations(code_of(row) for row in batch.rows.filter(outcome=Outcome.NEW))


def who_undoes(batch: ImportBatch) -> User | None:
    asked = batch.events.filter(to_state=State.UNDOING).select_related("by").last()
    return asked.by if asked else None


def code_of(row: ImportRow) -> str:
    return str(row.values["code"]).strip()


def sweep() -> int:
    """Hand out again every batch whose worker gave no sign of life; returns how many.

    Files go whose batch is over; batches that nobody came back to go by night (`members/terms.py`).
    """
    for over in ImportBatch.objects.filter(state__in=State.OVER).exclude(file=""):
        forget_file(over)
    dead = timezone.now() - STUCK_AFTER
    left = ImportBatch.objects.filter(state__in=State.WORKING, beat_at__lt=dead)
    return sum(hand_out_again(batch) for batch in left)


def hand_out_again(batch: ImportBatch) -> bool:
    # A half-checked batch starts over; the other steps are one transaction and simply run again.
    state = State.UPLOADED if batch.state == State.CHECKING else State(batch.state)
    try:
        with transaction.atomic():
            move_row(
                batch,
                state,
                allowed=State.WORKING,
                guard=Q(beat_at=batch.beat_at),
                event=ImportEvent,
                by=None,
                note="handed out again",
                refusal=lambda: moved_on(batch),
                beat_at=timezone.now(),
            )
            enqueue(batch.pk, state)
    except BatchMovedOn:  # it lives after all
        return False
    return True


# --- The one way a batch changes its state ------------------------------------------------------


def move(
    batch: ImportBatch, to: ImportBatch.State, *, by: User | None = None, note: str = "", **fields: Any
) -> None:
    """Change the state if the batch is still as we know it, and `to` may follow. Raises BatchMovedOn.

    Out of a check only the worker that holds the batch moves it on; people may drop it any time.
    """
    is_held = batch.state == State.CHECKING and to != State.DISCARDED
    move_row(
        batch,
        to,
        allowed=FOLLOWS[to],
        guard=Q(beat_at=batch.beat_at) if is_held else None,
        event=ImportEvent,
        by=by,
        note=note,
        refusal=lambda: overtaken(batch),
        beat_at=timezone.now(),
        **fields,
    )


def overtaken(batch: ImportBatch) -> BatchMovedOn:
    """Says where the batch is now."""
    batch.refresh_from_db(fields=["state"])
    return moved_on(batch)


def locked(batch: ImportBatch, state: ImportBatch.State) -> bool:
    """Lock the batch's row; whether it is still in the state."""
    return ImportBatch.objects.select_for_update().filter(pk=batch.pk, state=state).exists()


def enqueue(batch_id: int, state: ImportBatch.State) -> None:
    """Start the job of a state after the commit. A broker that is down loses nothing: see `sweep`."""
    later(JOBS[state], batch_id)
