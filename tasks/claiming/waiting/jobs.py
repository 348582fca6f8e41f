"""Scheduled work of the waiting lists."""

from celery import shared_task

from tasks.claiming.waiting import sweeping


@shared_task(name="tasks.sweep_waiting_lists")
def sweep_waiting_lists() -> int:
    """Each minute: offers whose time is up, lists that are over, places that nobody has been offered."""
    return sweeping.sweep()
