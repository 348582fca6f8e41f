"""Background work of the bank. Each job may run twice, late, or after a crash, with the same outcome."""

import datetime as dt
import logging

from celery import shared_task
from django.utils import timezone

log = logging.getLogger(__name__)

LATE = dt.timedelta(minutes=2)  # an opened run without figures after that lost its job


@shared_task(name="flags.run_assessment")
def run_assessment(run_id: int) -> None:
    from flags import assessing
    from flags.models import AssessmentRun

    run = AssessmentRun.objects.filter(pk=run_id).first()
    if run is not None:
        assessing.compute(run)


@shared_task(name="flags.finish_runs")
def finish_runs() -> None:
    """Sweep: fill runs whose job was lost."""
    from flags.models import AssessmentRun

    late = AssessmentRun.objects.filter(finished_at__isnull=True, started_at__lt=timezone.now() - LATE)
    for run_id in late.values_list("pk", flat=True):
        run_assessment(run_id)


@shared_task(name="flags.nightly")
def nightly() -> None:
    """Forecast of the present year, then the chain and the totals against the lines."""
    from flags import assessing, checking
    from xianfeng.lib.times import today

    assessing.forecast(today().year)
    checking.check_ledger()


@shared_task(name="flags.year_end")
def year_end() -> None:
    """The official check of the year before: each time the same outcome in the first days of January."""
    from flags import assessing
    from xianfeng.lib.times import today

    assessing.official(today().year - 1)


@shared_task(name="flags.remind")
def remind() -> None:
    from flags import compliance

    log.info("%s reminders and digests written", compliance.remind_due())


@shared_task(name="flags.tell_results")
def tell_results() -> None:
    from flags import compliance

    log.info("%s results written", compliance.tell_results())
