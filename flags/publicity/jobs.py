"""Telling in the background, after each step and as a sweep. May run twice, late, or after a crash."""

import logging

from celery import shared_task

from flags.publicity import telling

log = logging.getLogger(__name__)


@shared_task(name="flags.tell_publicity")
def tell_publicity() -> None:
    log.info("%s messages of public checks written", telling.tell_due())
