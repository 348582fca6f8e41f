"""Jobs of exports: the long ones, and the sweeps behind them."""

from celery import shared_task

from reports.exports import making


@shared_task(name="reports.make_export")
def make_export(export_id: int) -> None:
    making.make(export_id, tell=True)


@shared_task(name="reports.sweep_exports")
def sweep_exports() -> None:
    """Exports whose worker died are taken up again."""
    making.sweep()


@shared_task(name="reports.expire_exports")
def expire_exports() -> None:
    """Files older than a week are removed."""
    making.expire()
