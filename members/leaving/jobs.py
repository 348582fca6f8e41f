"""Who leaves the roster or changes unit today."""

from celery import shared_task

from members.leaving import carrying, messages
from members.models import RosterChange


@shared_task(name="members.let_depart")
def let_depart() -> None:
    carrying.carry_due()


@shared_task(name="members.tell_changes_of_import")
def tell_changes_of_import(batch_id: int) -> None:
    """Who changed unit or came back by a list; the staff get one message for the whole list."""
    changes = RosterChange.objects.standing().filter(batch=batch_id).exclude(member__user=None)
    for change in changes.select_related("member__user", "from_unit", "to_unit").iterator():
        messages.tell_person(change)
