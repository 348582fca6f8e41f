"""Jobs of imports: their long steps, and what a dead worker left."""

import datetime as dt

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from members.importing import batches, messages
from members.leaving.jobs import tell_changes_of_import
from members.models import ImportBatch

TELL_WITHIN = dt.timedelta(days=1)  # how long the sweep looks for batches that nobody was told of


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


@shared_task(name="members.tell_of_import")
def tell_of_import(batch_id: int) -> None:
    """Apart from the writing: while that lasts, SQLite lets nobody else write."""
    messages.tell(ImportBatch.objects.select_related("confirmed_by").get(pk=batch_id))


@shared_task(name="members.tell_of_imports")
def tell_of_imports() -> None:
    """Sweep: batches whose own job was lost."""
    since = timezone.now() - TELL_WITHIN
    recent = ImportBatch.objects.filter(Q(confirmed_at__gte=since) | Q(undone_at__gte=since))
    for batch in recent.select_related("confirmed_by"):
        messages.tell(batch)
        tell_changes_of_import(batch.pk)
