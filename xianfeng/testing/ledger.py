"""The ledger in tests: awards as stories need them, and triggers that let a test clean up."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from flags import ledger
from flags.ledger import Award
from flags.models import FlagEntry, LedgerHead
from members.models import Member
from xianfeng.testing.cast import Cast

GUARDED = ("flags_flagentry", "flags_ledgerhead")


@contextmanager
def ledger_unguarded() -> Iterator[None]:
    """Lift the append-only triggers and put them back as they were, also after an error."""
    if connection.vendor == "postgresql":
        with _postgresql_unguarded():
            yield
    else:
        with _sqlite_unguarded():
            yield


@contextmanager
def _postgresql_unguarded() -> Iterator[None]:
    # Postponed checks of this transaction would keep the table from being altered.
    _execute(["SET CONSTRAINTS ALL IMMEDIATE"])
    _execute(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in GUARDED)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT format('ALTER TABLE %%I ENABLE ALWAYS TRIGGER %%I', tgrelid::regclass::text, tgname)"
                " FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(%s)",
                [list(GUARDED)],
            )
            statements = [row[0] for row in cursor.fetchall()]
        _execute(statements)


@contextmanager
def _sqlite_unguarded() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'flags_%%'"
        )
        triggers = cursor.fetchall()
    _execute(f"DROP TRIGGER {name}" for name, _sql in triggers)
    try:
        yield
    finally:
        _execute(sql for _name, sql in triggers)


def _execute(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True, scope="session")
def _flush_passes_the_ledger() -> Iterator[None]:
    """The flush after a transactional test lifts the triggers and lays down an empty ledger again."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        with ledger_unguarded():
            flush(case)
            LedgerHead.objects.get_or_create(pk=1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


MakeAward = Callable[..., Award]
Light = Callable[..., FlagEntry]


def award_of(cast: Cast, number: int = 1, **fields: Any) -> Award:
    """An award to 李建国 by 青锋社区 unless told otherwise; its key is the number's."""
    defaults: dict[str, Any] = {
        "member": cast.li, "flags": 1, "minutes": 120, "service_date": dt.date(2026, 3, 5),
        "category": "activity", "organization": cast.community, "source_kind": "claim",
        "source_id": number, "source_label": "清洁家园", "verifier": cast.secretary,
        "key": f"claim:{number}",
    }  # fmt: skip
    return Award(**defaults | fields)


@pytest.fixture
def make_award(cast: Cast) -> MakeAward:
    """Awards with a key of their own each."""
    numbers = itertools.count(1)

    def make(member: Member | None = None, **fields: Any) -> Award:
        return award_of(cast, next(numbers), **{"member": member or cast.li, **fields})

    return make


@pytest.fixture
def light(cast: Cast, make_award: MakeAward) -> Light:
    """Lights one award and returns its line."""

    def award(member: Member | None = None, **fields: Any) -> FlagEntry:
        return ledger.award([make_award(member, **fields)], by=cast.secretary)[0]

    return award
