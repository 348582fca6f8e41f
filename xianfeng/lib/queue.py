"""Handing work to a worker, by the job's name: who asks for work need not import who does it."""

from functools import partial

from celery import current_app
from django.db import transaction


def later(job: str, *arguments: object) -> None:
    """Have a worker do `job` once the present transaction is committed.

    A broker that is down must lose nothing and fail nobody's request: there is an outbox row or an
    idempotent sweep behind every job.
    """
    transaction.on_commit(partial(hand_out, job, *arguments), robust=True)


def hand_out(job: str, *arguments: object) -> None:
    """Put the job into the queue now. Raises what the broker raises."""
    current_app.signature(job, args=arguments).apply_async()
