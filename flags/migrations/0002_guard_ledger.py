"""The database itself refuses to change, remove or replace a line of the flag ledger."""
# ruff: noqa: S608  (fixed texts)

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION flags_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The flag ledger is append-only.' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER flag_entry_append_only BEFORE UPDATE OR DELETE ON flags_flagentry
        FOR EACH ROW EXECUTE FUNCTION flags_refuse_change()
    """,
    # Row triggers do not see TRUNCATE.
    """
    CREATE TRIGGER flag_entry_no_truncate BEFORE TRUNCATE ON flags_flagentry
        FOR EACH STATEMENT EXECUTE FUNCTION flags_refuse_change()
    """,
    # The head only moves forward: it is the proof that no line was cut off.
    """
    CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON flags_ledgerhead
        FOR EACH ROW WHEN (NEW.seq <= OLD.seq OR NEW.id <> OLD.id) EXECUTE FUNCTION flags_refuse_change()
    """,
    """
    CREATE TRIGGER ledger_head_stays BEFORE DELETE ON flags_ledgerhead
        FOR EACH ROW EXECUTE FUNCTION flags_refuse_change()
    """,
    """
    CREATE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON flags_ledgerhead
        FOR EACH STATEMENT EXECUTE FUNCTION flags_refuse_change()
    """,
    # Ordinary triggers are skipped in a session that plays replica.
    "ALTER TABLE flags_flagentry ENABLE ALWAYS TRIGGER flag_entry_append_only",
    "ALTER TABLE flags_flagentry ENABLE ALWAYS TRIGGER flag_entry_no_truncate",
    "ALTER TABLE flags_ledgerhead ENABLE ALWAYS TRIGGER ledger_head_forward",
    "ALTER TABLE flags_ledgerhead ENABLE ALWAYS TRIGGER ledger_head_stays",
    "ALTER TABLE flags_ledgerhead ENABLE ALWAYS TRIGGER ledger_head_no_truncate",
]

POSTGRESQL_BACK = [
    "DROP TRIGGER flag_entry_append_only ON flags_flagentry",
    "DROP TRIGGER flag_entry_no_truncate ON flags_flagentry",
    "DROP TRIGGER ledger_head_forward ON flags_ledgerhead",
    "DROP TRIGGER ledger_head_stays ON flags_ledgerhead",
    "DROP TRIGGER ledger_head_no_truncate ON flags_ledgerhead",
    "DROP FUNCTION flags_refuse_change()",
]

REFUSE = "BEGIN SELECT RAISE(ABORT, 'The flag ledger is append-only.'); END"

SQLITE = [
    f"CREATE TRIGGER flag_entry_no_update BEFORE UPDATE ON flags_flagentry {REFUSE}",
    f"CREATE TRIGGER flag_entry_no_delete BEFORE DELETE ON flags_flagentry {REFUSE}",
    # INSERT OR REPLACE removes the old row without the delete trigger unless recursive_triggers is on.
    f"""
    CREATE TRIGGER flag_entry_no_replace BEFORE INSERT ON flags_flagentry
    WHEN EXISTS (SELECT 1 FROM flags_flagentry WHERE seq = NEW.seq)
      OR EXISTS (SELECT 1 FROM flags_flagentry WHERE "key" = NEW."key")
      OR EXISTS (SELECT 1 FROM flags_flagentry WHERE hash = NEW.hash)
      OR EXISTS (SELECT 1 FROM flags_flagentry WHERE reverses_id = NEW.reverses_id)
    {REFUSE}
    """,
    f"""
    CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON flags_ledgerhead
    WHEN NEW.seq <= OLD.seq OR NEW.id <> OLD.id {REFUSE}
    """,
    f"CREATE TRIGGER ledger_head_stays BEFORE DELETE ON flags_ledgerhead {REFUSE}",
    f"""
    CREATE TRIGGER ledger_head_no_replace BEFORE INSERT ON flags_ledgerhead
    WHEN EXISTS (SELECT 1 FROM flags_ledgerhead WHERE id = NEW.id) {REFUSE}
    """,
]

SQLITE_BACK = [
    f"DROP TRIGGER {name}"
    for name in (
        "flag_entry_no_update",
        "flag_entry_no_delete",
        "flag_entry_no_replace",
        "ledger_head_forward",
        "ledger_head_stays",
        "ledger_head_no_replace",
    )
]


def open_ledger(apps, schema_editor):
    apps.get_model("flags", "LedgerHead").objects.get_or_create(pk=1)


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("flags", "0001_initial")]
    operations = [
        migrations.RunPython(open_ledger, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
