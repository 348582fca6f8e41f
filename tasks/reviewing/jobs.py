"""Review by the clock."""

from celery import shared_task
from django.utils import timezone

from tasks.reviewing import reviewing


@shared_task(name="tasks.expire_reviews")
def expire_reviews() -> int:
    """Send back what waits although it should have begun; how many."""
    now = timezone.now()
    return sum(reviewing.expire(pk, now=now) for pk in reviewing.overtaken_by_the_clock(now))
