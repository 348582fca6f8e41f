"""Scheduled work of the series."""

from celery import shared_task

from tasks.series import reminding


@shared_task(name="tasks.remind_of_series_ends")
def remind_of_series_ends() -> int:
    """Whose series ends within two weeks, and can go on."""
    return reminding.remind()
