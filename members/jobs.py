"""Jobs about people: the long steps of imports, and who leaves the roster."""

from celery import shared_task

from members import import_batches, keeping


@shared_task(name="members.check_import")
def check_import(batch_id: int) -> None:
    import_batches.check(batch_id)


@shared_task(name="members.write_import")
def write_import(batch_id: int) -> None:
    import_batches.write(batch_id)


@shared_task(name="members.take_back_import")
def take_back_import(batch_id: int) -> None:
    import_batches.take_back(batch_id)


@shared_task(name="members.sweep_imports")
def sweep_imports() -> None:
    """Batches whose worker died are taken up again."""
    import_batches.sweep()


@shared_task(name="members.let_depart")
def let_depart() -> None:
    keeping.let_depart()
