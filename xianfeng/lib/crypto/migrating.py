"""For migrations that seal what stood in columns as plain text, and open it when they are taken back."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.migrations import RunPython

from xianfeng.lib.crypto.cipher import decrypt, encrypt, open_number, seal_number

AT_ONCE = 500  # rows

Change = Callable[[str], str]


def sealing(app: str, *, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> RunPython:
    """Columns, each as "model.field", which the operations before this one have made sealed ones.

    They are read and written past their fields, which would take the plain text for a token.
    """

    def step(of_text: Change, of_number: Change) -> Any:
        def run(apps: Any, schema: Any) -> None:
            for change, columns in ((of_text, texts), (of_number, numbers)):
                for model, field in (column.split(".") for column in columns):
                    rewrite(schema.connection, apps.get_model(app, model), field, change)

        return run

    return RunPython(step(_encrypt, seal_number), step(decrypt, open_number))


def rewrite(connection: Any, model: Any, field: str, change: Change) -> None:
    """What stands in the column, changed; nothing stays nothing."""
    quote = connection.ops.quote_name
    table, column = quote(model._meta.db_table), quote(model._meta.get_field(field).column)
    read = f"SELECT id, {column} FROM {table} WHERE id > %s ORDER BY id LIMIT %s"  # noqa: S608 our own names
    write = f"UPDATE {table} SET {column} = %s WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        for rows in _pages(cursor, read):
            cursor.executemany(write, [(change(text), pk) for pk, text in rows if text])


def _pages(cursor: Any, sql: str) -> Iterator[list[tuple[int, str | None]]]:
    last: int | None = 0
    while last is not None:
        cursor.execute(sql, [last, AT_ONCE])
        rows = cursor.fetchall()
        yield rows
        last = rows[-1][0] if rows else None


def _encrypt(text: str) -> str:
    """What JSON calls empty is no text at all."""
    return "" if text in ("{}", "[]") else encrypt(text)
