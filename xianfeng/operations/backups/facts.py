"""What is true of the database that stands as `default` now: for a manifest, and to compare with one."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

from flags.ledger import chain
from flags.ledger.checking import differing_totals
from flags.models import LedgerHead
from flags.models.ledger import HEAD
from xianfeng.lib.crypto.cipher import DecryptionError
from xianfeng.lib.crypto.fields import EncryptedTextField, NumberField


@dataclass(frozen=True)
class LedgerState:
    """Whether every line holds, how many there are, and the hash of the last."""

    ok: bool
    lines: int
    head: str
    first_bad: int | None = None


@dataclass(frozen=True)
class Facts:
    """Rows of each table, the ledger, and the migrations that were applied, by app."""

    tables: dict[str, int]
    ledger: LedgerState
    migrations: dict[str, list[str]]


def read() -> Facts:
    return Facts(count_rows(), read_ledger(), applied_migrations())


def count_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        return {name: _count(cursor, name) for name in names}


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  (of the schema)
    return int(cursor.fetchone()[0])


def read_ledger() -> LedgerState:
    """The chain against its hashes, and the totals against the lines, as the nightly check does."""
    report, totals = chain.verify(), differing_totals()
    head = LedgerHead.objects.filter(pk=HEAD).values_list("hash", flat=True).first() or ""
    return LedgerState(report.ok and not totals, report.entries, head, report.first_bad)


def applied_migrations() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found[app].append(name)
    return dict(found)


def closed_columns() -> list[str]:
    """Encrypted columns that the present keys do not open, tried on their newest row: none where all is well.

    Fingerprints say which keys were configured, not that the rows are theirs.
    """
    return sorted(
        f"{model._meta.db_table}.{field.name}" for model, field in _sealed() if _is_closed(model, field)
    )


def _sealed() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField | NumberField):
                yield model, field


def _is_closed(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    rows = model._default_manager.exclude(**{f"{field.name}__isnull": True}).order_by("-pk")
    try:
        rows.values_list(field.name, flat=True).first()
    except DecryptionError:
        return True
    return False


def referenced_files() -> set[str]:
    """Every file of the media folder that a row names, whichever model it is of."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.FileField):
                found.update(model._default_manager.values_list(field.name, flat=True).distinct())
    return found - {""}
