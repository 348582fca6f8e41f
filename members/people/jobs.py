"""Who leaves the roster."""

from celery import shared_task

from members.people import keeping


@shared_task(name="members.let_depart")
def let_depart() -> None:
    keeping.let_depart()
