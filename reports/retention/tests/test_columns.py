"""Every column that can hold personal data has a term, or a reason why it stays."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import (
    BinaryField,
    CharField,
    Field,
    FileField,
    GenericIPAddressField,
    JSONField,
    TextField,
    UUIDField,
)

from xianfeng.lib.database.retention import stays, terms
from xianfeng.tests.tables.unspoken import ANYWHERE, UNSPOKEN

SPEAKS = (BinaryField, CharField, FileField, GenericIPAddressField, JSONField, TextField, UUIDField)
WITH_TERM = {column for term in terms() for column in term.fields}
STAYING = {column for stay in stays() for column in stay.fields}
SILENT = {column for group in UNSPOKEN.values() for column in group}


def speaks(field: Field) -> bool:
    """Whether people's words or marks can stand in it; one of a few choices is none."""
    return isinstance(field, SPEAKS) and not field.choices and field.name not in ANYWHERE


def columns() -> Iterator[str]:
    """Of every table that there is, the libraries' too; a test's own model has none."""
    found = apps.get_models(include_auto_created=True)
    for model in (model for model in found if "tests" not in model.__module__.split(".")):
        yield from (
            f"{model._meta.label}.{field.name}" for field in model._meta.local_fields if speaks(field)
        )


def test_every_column_has_a_term_or_a_reason_to_stay_or_says_nothing_of_anybody():
    assert sorted(set(columns()) - WITH_TERM - STAYING - SILENT) == []


def test_no_line_names_a_column_that_is_not_there():
    assert sorted((WITH_TERM | STAYING | SILENT) - set(columns())) == []


def test_no_column_is_silent_and_has_a_term_at_once():
    assert sorted(SILENT & (WITH_TERM | STAYING)) == []
    # For some rows of a table the term ends, for others it does not: accounts of nobody, and all others.
    assert sorted(WITH_TERM & STAYING) == ["members.User.email", "members.User.mobile", "members.User.name"]
