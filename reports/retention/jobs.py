"""The nightly run of the terms."""

from celery import shared_task

from reports.models import RetentionRun
from reports.retention import running


@shared_task(name="reports.retain")
def retain() -> None:
    running.run(RetentionRun.Source.NIGHTLY)
