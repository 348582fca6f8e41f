"""After a transactional test only what it filled is emptied.

Django truncates every table: on PostgreSQL a third of a second for a hundred tables of which ten have rows.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

# Written after each flush as they are; only what is missing costs something.
STAYS = {"django_content_type", "auth_permission"}
# Without the triggers that write history, refuse and look for what still points here: all of it goes.
NOBODY_LOOKS = "SET LOCAL session_replication_role = replica"


@pytest.fixture(autouse=True, scope="session")
def _flush_what_is_filled() -> Iterator[None]:
    truncate = DatabaseOperations.sql_flush

    def delete(self: DatabaseOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            (is_superuser,) = cursor.fetchone()
            if not is_superuser:
                return truncate(self, style, tables, **options)
            names = {table: self.quote_name(table) for table in set(tables) - STAYS}
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{table}' WHERE EXISTS (SELECT FROM {name})"  # noqa: S608
                    for table, name in names.items()
                )
            )
            filled = [names[table] for (table,) in cursor.fetchall()]
        return [NOBODY_LOOKS, *(f"DELETE FROM {name}" for name in filled)]  # noqa: S608

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", delete)
        yield
