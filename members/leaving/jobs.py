"""Who leaves the roster or changes unit today."""

from celery import shared_task

from members.leaving import carrying, messages
from members.models import RosterChange
from notices.outbox import send_many


@shared_task(name="members.let_depart")
def let_depart() -> None:
    carrying.carry_due()


@shared_task(name="members.tell_changes_of_import")
def tell_changes_of_import(batch_id: int) -> None:
    """Who changed unit or came back by a list, or did not after all; staff are told of the whole list."""
    changes = RosterChange.objects.filter(batch=batch_id).exclude(member__user=None).order_by("pk")
    rows = changes.select_related("member__user", "from_unit", "to_unit", "batch").iterator()
    send_many(message for row in rows for message in messages.to_person(row, reason_of(row)))


def reason_of(change: RosterChange) -> str:
    """Why the list was taken back, where it was."""
    return change.batch.undo_reason if change.batch and change.state == RosterChange.State.UNDONE else ""
