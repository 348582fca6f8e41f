"""Guards of backup and restore."""

from tools.mutants.mutant import mutant, off

BACKUPS = "xianfeng/operations/backups"
TAKEN, DRILLED, RESTORED = (f"{BACKUPS}/tests/test_{act}.py" for act in ("backup", "drill", "restore"))

MUTANTS = (
    mutant("the dump is of another moment than its counts", f"{BACKUPS}/engines/postgresql.py",
           'f"--snapshot={cursor.fetchone()[0]}"', '"--verbose"', TAKEN),
    mutant("the last good backup expires", f"{BACKUPS}/shelf.py", "if path != kept", "if True", TAKEN),
    mutant("a file that grew after its copy stays as copied", f"{BACKUPS}/media.py",
           "if name in self.done and self.done[name][0] == state:", "if name in self.done:", TAKEN),
    off("too little room is no matter", f"{BACKUPS}/storing.py", "free < amount", TAKEN),
    off("a manifest that was changed is believed", f"{BACKUPS}/manifest.py",
        "not hmac.compare_digest(str(seal), _seal(content))", DRILLED),
    off("a spoilt file is restored", f"{BACKUPS}/manifest.py", "hash_of(path) != stored", DRILLED),
    off("other keys than the backup's", f"{BACKUPS}/keys.py", "absent", DRILLED),
    off("restored over a city at work", f"{BACKUPS}/restoring.py",
        "not replace and not is_empty()", RESTORED),
    off("the backup of newer code", f"{BACKUPS}/restoring.py", "unknown", RESTORED),
    mutant("old sessions go on after a restore", f"{BACKUPS}/settling.py",
           "Session.objects.all().delete()[0]", "0", RESTORED),
    mutant("messages go out twice after a restore", "notices/outbox/resending.py",
           "state=Delivery.State.HANDED_OVER,", "state=Delivery.State.PENDING,", RESTORED),
)  # fmt: skip
