"""Background work of the yearly check. Each job may run twice, late, or after a crash: same outcome."""

import datetime as dt
import logging

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from flags.assessment import assessing, compliance, rules
from flags.ledger import checking
from flags.models import AssessmentRun
from xianfeng.lib.times import today

log = logging.getLogger(__name__)

FIRST_DAYS = 5  # of January, in which late entries of the year before are still common
LATE = dt.timedelta(minutes=2)  # an opened run without figures after that lost its job


@shared_task(name="flags.run_assessment")
def run_assessment(run_id: int) -> None:
    run = AssessmentRun.objects.filter(pk=run_id).first()
    if run is not None:
        assessing.compute(run)


@shared_task(name="flags.finish_runs")
def finish_runs() -> None:
    """Sweep: fill runs whose job was lost."""
    late = AssessmentRun.objects.filter(finished_at__isnull=True, started_at__lt=timezone.now() - LATE)
    for run_id in late.values_list("pk", flat=True):
        run_assessment(run_id)


@shared_task(name="flags.renew_forecast")
def renew_forecast() -> None:
    """After a change of roster, leave or rules, and as a sweep: pages only read what stands."""
    assessing.fresh_forecast(today().year)


@shared_task(name="flags.nightly")
def nightly() -> None:
    """Forecast of the present year, then the chain and the totals against the lines."""
    assessing.forecast(today().year)
    checking.check_ledger()


@shared_task(name="flags.year_end")
def year_end() -> None:
    """The official check of each ended year that has none; in the first days of January once more each day.

    Asked every night: whatever kept it from running in January, an ended year is not left without a check.
    A year that cannot be checked keeps none after it waiting; the job counts as failed.
    """
    day = today()
    years = {*assessing.unchecked_years(day.year)}
    if day <= dt.date(day.year, 1, FIRST_DAYS) and rules.is_served(day.year - 1):
        years.add(day.year - 1)
    if failed := [year for year in sorted(years) if not checked(year)]:
        raise RuntimeError(f"No official check of {failed}.")


def checked(year: int) -> bool:
    try:
        assessing.official(year)
    except SoftTimeLimitExceeded:  # no failure of this year: all are out of time
        raise
    except Exception:
        log.exception("The official check of %s failed.", year)
        return False
    return True


@shared_task(name="flags.remind")
def remind() -> None:
    log.info("%s reminders and digests written", compliance.remind_due())


@shared_task(name="flags.tell_results")
def tell_results() -> None:
    log.info("%s results written", compliance.tell_results())
