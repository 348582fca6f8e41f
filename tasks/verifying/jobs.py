"""Scheduled work of the tasks."""

from celery import shared_task

from tasks.verifying import reminding


@shared_task(name="tasks.remind_to_verify")
def remind_to_verify() -> int:
    """One digest to each community on the eighth working day after its tasks ended."""
    return reminding.remind()
