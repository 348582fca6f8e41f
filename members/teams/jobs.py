"""Scheduled work of the teams."""

from celery import shared_task

from members.teams import clock


@shared_task(name="members.keep_teams")
def keep_teams() -> int:
    """Each morning: terms that run out, and people who are not of the community any more."""
    return clock.run()
