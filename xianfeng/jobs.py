"""Jobs of the house itself."""

from celery import shared_task

from xianfeng import health


@shared_task(name="xianfeng.heartbeat")
def heartbeat(queue: str) -> None:
    """Leaves the stamp that /healthz reads to tell that a worker of `queue` works."""
    health.stamp(health.worker_of(queue))
