"""Who leaves the roster or changes unit today."""

from celery import shared_task

from members.leaving import carrying


@shared_task(name="members.let_depart")
def let_depart() -> None:
    carrying.carry_due()
