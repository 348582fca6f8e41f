"""Jobs of imports: their long steps, and what a dead worker left."""

from celery import shared_task

from members.importing import batches


@shared_task(name="members.check_import")
def check_import(batch_id: int) -> None:
    batches.check(batch_id)


@shared_task(name="members.write_import")
def write_import(batch_id: int) -> None:
    batches.write(batch_id)


@shared_task(name="members.take_back_import")
def take_back_import(batch_id: int) -> None:
    batches.take_back(batch_id)


@shared_task(name="members.sweep_imports")
def sweep_imports() -> None:
    """Batches whose worker died are taken up again."""
    batches.sweep()
