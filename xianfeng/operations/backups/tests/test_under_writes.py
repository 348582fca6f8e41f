"""Backups of a city at work: each one comes back, its ledger holds, and its manifest says what is in it.

Twice in the suite; `make drills` does it twenty times on each engine (DRILLS=20) and prints figures.
"""

import os
from pathlib import Path

import pytest
from django.db import connection

from flags.models import FlagEntry
from xianfeng.operations.backups.drilling import Drilled, drill
from xianfeng.operations.backups.taking import take
from xianfeng.operations.backups.tests.writers import Writers, writing
from xianfeng.testing.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("DRILLS", "2"))


def test_each_backup_comes_back_as_its_manifest_says(
    cast: Cast, folder: Path, capsys: pytest.CaptureFixture[str]
):
    with writing(cast) as writers:
        drilled = [back_up_and_drill(writers, folder) for _round in range(ROUNDS)]
    assert [one.faults for one in drilled] == [[]] * ROUNDS
    lines = [one.manifest.facts.ledger.lines for one in drilled]
    assert lines == sorted(set(lines))  # work went on between any two
    assert all(one.manifest.facts.ledger.ok for one in drilled)
    assert FlagEntry.objects.count() >= lines[-1]
    with capsys.disabled():
        report(drilled, writers)


def back_up_and_drill(writers: Writers, folder: Path) -> Drilled:
    """They have worked since the last one, and work on beside it."""
    writers.wait_for_progress()
    before = sum(writers.steps.values())
    taken = take(folder)
    beside = sum(writers.steps.values()) - before
    drilled = drill(taken.directory)
    writers.beside.append(beside)
    return drilled


def report(drilled: list[Drilled], writers: Writers) -> None:
    if "DRILLS" not in os.environ:
        return
    taken, restored = [one.manifest.seconds for one in drilled], [one.seconds for one in drilled]
    print(  # noqa: T201
        f"\n{connection.vendor}: {len(drilled)} backups restored, {sum(not one.ok for one in drilled)} with a"
        f" fault; ledger {drilled[0].manifest.facts.ledger.lines} → {drilled[-1].manifest.facts.ledger.lines}"
        f" lines; {sum(writers.beside)} writes during backups, {sum(writers.steps.values())} in all"
        f" {dict(writers.steps)}; backup {min(taken):.2f}–{max(taken):.2f} s,"
        f" drill {min(restored):.2f}–{max(restored):.2f} s"
    )
