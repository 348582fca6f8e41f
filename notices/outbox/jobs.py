"""Background work of the outbox."""

from celery import shared_task
from django.core.cache import cache

from notices.outbox import delivering
from notices.outbox.messages import KICKED


@shared_task(name="notices.deliver")
def deliver() -> None:
    """Deliver what is due. Beat asks every half minute: a lost kick or a dead worker loses nothing."""
    cache.delete(KICKED)
    delivering.deliver_due()
