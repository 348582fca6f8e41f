"""Tampering with the ledger: the database refuses it, and `verify_ledger` finds it."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from flags import ledger
from flags.assessment import assessing
from flags.ledger import checking
from flags.models import FlagEntry, LedgerHead, MemberYear
from flags.models.sealing import HASHED, line_hash
from notices.models import Notice
from xianfeng.testing.ledger import Light, ledger_unguarded

LINES = 5


@pytest.fixture
def lines(cast, light: Light) -> list[FlagEntry]:
    """Five awards."""
    return [light(minutes=60 + number) for number in range(LINES)]


def outcome() -> tuple[bool, int | None]:
    report = ledger.verify()
    return report.ok, report.first_bad


# --- What the database refuses ------------------------------------------------------------------

FORBIDDEN = [
    "UPDATE flags_flagentry SET delta = 9 WHERE seq = 3",
    "UPDATE flags_flagentry SET delta = delta",
    "DELETE FROM flags_flagentry WHERE seq = 5",
    "DELETE FROM flags_ledgerhead",
    "UPDATE flags_ledgerhead SET seq = 4",
    "UPDATE flags_ledgerhead SET hash = 'x'",
]
FORBIDDEN_SQLITE = [
    "INSERT OR REPLACE INTO flags_flagentry SELECT * FROM flags_flagentry WHERE seq = 3",
    "UPDATE OR REPLACE flags_flagentry SET seq = 2 WHERE seq = 3",
    "INSERT OR REPLACE INTO flags_ledgerhead (id, seq, hash) VALUES (1, 0, '')",
]
FORBIDDEN_POSTGRESQL = [
    "TRUNCATE flags_flagentry CASCADE",
    "TRUNCATE flags_ledgerhead",
    "SET LOCAL session_replication_role = replica; DELETE FROM flags_flagentry WHERE seq = 5",
]


def forbidden() -> list[str]:
    return FORBIDDEN + (FORBIDDEN_SQLITE if connection.vendor == "sqlite" else FORBIDDEN_POSTGRESQL)


@pytest.mark.parametrize("number", range(len(FORBIDDEN) + 3))
def test_the_database_refuses_to_change_the_ledger(lines, number: int):
    """Also to a client that does not set SQLite's recursive_triggers, as the platform itself does."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if postgresql else "PRAGMA recursive_triggers = OFF")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(forbidden()[number])
        if not postgresql:
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert outcome() == (True, None)


@pytest.mark.django_db
def test_the_guards_stand():
    """A migration that rebuilds the table (SQLite does for most changes) would lose them unseen."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
                " AND tgrelid::regclass::text LIKE 'flags_%%'",
                [],
            )
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'flags_%'"
            )
        found = {name for (name,) in cursor.fetchall()}
    assert found == GUARDS[connection.vendor]


GUARDS = {
    "postgresql": {
        "flag_entry_append_only",
        "flag_entry_no_truncate",
        "ledger_head_forward",
        "ledger_head_stays",
        "ledger_head_no_truncate",
    },
    "sqlite": {
        "flag_entry_no_update",
        "flag_entry_no_delete",
        "flag_entry_no_replace",
        "ledger_head_forward",
        "ledger_head_stays",
        "ledger_head_no_replace",
    },
}


@pytest.mark.django_db(transaction=True)
def test_the_flush_of_tests_puts_the_guards_back():
    with ledger_unguarded():
        pass
    test_the_guards_stand()


# --- What verifying finds -----------------------------------------------------------------------


def test_every_column_is_hashed():
    columns = [field.attname for field in FlagEntry._meta.concrete_fields]
    assert sorted(columns) == sorted([*HASHED, "hash"])


def test_the_hash_has_the_same_bytes_everywhere():
    """Fixed: a change of this value would make every ledger in use look broken."""
    moment = dt.datetime(2026, 3, 5, 8, 0, 0, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    values = [
        1, "award", 2, 1, 90, dt.date(2026, 3, 5), 2026, "wish", 3, 4, "claim", 5, "修水管𠮷", 6, None, "",
        None, None, "claim:5", moment, "0" * 64,
    ]  # fmt: skip
    assert line_hash(values) == "944f406efd909c7aec796b1d5a8c89a20356c3652da68d92d07773448071e10e"


CHANGES = {
    "seq": 99,
    "kind": "adjustment",
    "delta": 2,
    "minutes": 1,
    "service_date": dt.date(2026, 3, 6),
    "year": 2025,
    "category": "wish",
    "source_kind": "other",
    "source_id": 999,
    "source_label": "清洁家园 ",
    "verifier_id": None,
    "reason": "x",
    "settled_year": 2020,
    "key": "other",
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_changed_column_is_found(lines, column: str):
    with ledger_unguarded():
        FlagEntry.objects.filter(pk=3).update(**{column: CHANGES[column]})
    assert outcome() == (False, 3)


@pytest.mark.parametrize(
    "column", ["member_id", "organization_id", "unit_id", "actor_id", "recorded_at", "reverses_id"]
)
def test_a_changed_reference_or_moment_is_found(cast, lines, column: str):
    changed = {
        "member_id": cast.wang.pk,
        "organization_id": cast.other_community.pk,
        "unit_id": cast.other_unit.pk,
        "actor_id": cast.clerk.pk,
        "recorded_at": lines[2].recorded_at + dt.timedelta(microseconds=1),
        "reverses_id": 2,
    }
    kind = {"kind": "reversal"} if column == "reverses_id" else {}
    with ledger_unguarded():
        FlagEntry.objects.filter(pk=3).update(**{column: changed[column]}, **kind)
    assert outcome() == (False, 3)


def test_no_column_is_left_out_of_these_tests():
    others = {"member_id", "organization_id", "unit_id", "actor_id", "recorded_at", "reverses_id"}
    assert set(CHANGES) | others == {*HASHED, "hash"}


@pytest.mark.parametrize("seq", range(1, LINES + 1))
def test_a_missing_line_is_found_wherever_it_stood(lines, seq: int):
    with ledger_unguarded():
        FlagEntry.objects.filter(pk=seq).delete()
    assert outcome() == (False, seq)


def test_an_emptied_ledger_is_found(lines):
    with ledger_unguarded():
        FlagEntry.objects.all().delete()
    assert outcome() == (False, 1)


def test_swapped_lines_are_found(lines):
    with ledger_unguarded():
        for old, new in ((2, 99), (3, 2), (99, 3)):
            FlagEntry.objects.filter(pk=old).update(seq=new)
    assert outcome() == (False, 2)


def forged(after: FlagEntry, seq: int, **fields) -> FlagEntry:
    """A line with a hash that fits, as somebody who knows the rule would write it."""
    line = FlagEntry.objects.get(pk=after.pk)
    for name, value in {"seq": seq, "key": f"forged:{seq}", "previous_hash": after.hash, **fields}.items():
        setattr(line, name, value)
    line.hash = line_hash([getattr(line, name) for name in HASHED])
    return line


def test_a_forged_line_at_the_end_is_found(lines):
    forged(lines[-1], LINES + 1).save(force_insert=True)
    assert outcome() == (False, LINES + 1)


def test_a_forged_line_between_is_found(lines):
    with ledger_unguarded():
        FlagEntry.objects.filter(pk=3).delete()
        forged(lines[1], 3, delta=9).save(force_insert=True)
    assert outcome() == (False, 4)


@pytest.mark.parametrize("change", [{"seq": 4}, {"seq": 6}, {"hash": "f" * 64}])
def test_a_changed_head_is_found(lines, change):
    with ledger_unguarded():
        LedgerHead.objects.update(**change)
    assert ledger.verify().ok is False


def test_a_missing_head_is_found(lines):
    with ledger_unguarded():
        LedgerHead.objects.all().delete()
    assert ledger.verify().ok is False


def test_a_ledger_rewritten_whole_is_found_by_a_settled_year(cast, lines):
    """All hashes and the head fit again; the settled year remembers what they were."""
    run = assessing.forecast(2026)
    type(run).objects.filter(pk=run.pk).update(state="settled", is_official=True)
    with ledger_unguarded():
        last = lines[2]
        for seq in range(4, LINES + 1):
            line = forged(last, seq, delta=9)
            FlagEntry.objects.filter(pk=seq).delete()
            line.save(force_insert=True)
            last = line
        LedgerHead.objects.update(hash=last.hash)
    assert outcome() == (False, LINES)


def test_the_command_answers_in_json(lines, capsys):
    call_command("verify_ledger", "--json")
    assert json.loads(capsys.readouterr().out) == {"entries": LINES, "ok": True, "first_bad": None}


def test_the_command_fails_for_a_broken_chain(lines, capsys):
    with ledger_unguarded():
        FlagEntry.objects.filter(pk=2).update(delta=9)
    with pytest.raises(SystemExit) as broken:
        call_command("verify_ledger", "--json")
    assert broken.value.code == 1
    assert json.loads(capsys.readouterr().out) == {"entries": LINES, "ok": False, "first_bad": 2}


def test_an_empty_ledger_holds(db):
    assert ledger.verify() == ledger.Report(0, True, None)


# --- The nightly look ---------------------------------------------------------------------------


def test_the_nightly_look_is_quiet_when_all_holds(cast, lines):
    assert checking.check_ledger() and not Notice.objects.exists()


def test_a_total_that_is_no_sum_is_told_to_the_city_once_a_day(cast, lines):
    MemberYear.objects.update(flags=99)
    assert checking.differing_totals() == [(cast.li.pk, 2026)]
    assert not checking.check_ledger() and not checking.check_ledger()
    assert [notice.recipient for notice in Notice.objects.all()] == [cast.city_officer]
