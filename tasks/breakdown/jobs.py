"""Scheduled work of the breakdown."""

from celery import shared_task

from tasks.breakdown import reminding


@shared_task(name="tasks.remind_of_targets")
def remind_of_targets() -> int:
    """Who has not answered: once before the day, once after it."""
    return reminding.remind()
