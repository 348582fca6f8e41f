"""A double click, and one job handed out twice, at the same moment: one export, one file, one message."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from notices.models import Notice
from reports.exports import making
from reports.exports.tests.desk import ordered, table
from reports.models import Export
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HANDS = 4


def together(action: Callable[[], object]) -> None:
    """The same thing in several threads at once, each on its own connection."""
    gate, failed = threading.Barrier(HANDS), list[BaseException]()

    def run() -> None:
        try:
            gate.wait(timeout=120)
            action()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _hand in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert failed == []


def works(export: Export) -> int:
    return export.events.filter(to_state=Export.State.WORKING).count()


def test_a_double_click_makes_one_file(cast: Cast, media: Path):
    together(lambda: ordered(cast.city_officer, "members"))
    export = Export.objects.get()
    assert export.state == Export.State.READY and works(export) == 1
    assert len(list(media.rglob("*.xlsx"))) == 1 and len(table(export)) == 5


def test_two_workers_on_one_job_make_one_file(cast: Cast, media: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "AT_ONCE", 0)
    export = ordered(cast.city_officer, "members")
    together(lambda: making.make(export.pk, tell=True))
    assert works(export) == 1 and len(list(media.rglob("*.xlsx"))) == 1
    assert Notice.objects.filter(kind="export").count() == 1


def test_without_the_hold_every_worker_writes(cast: Cast, media: Path, monkeypatch: pytest.MonkeyPatch):
    """The negative control: whoever takes the export without asking makes a file of its own."""
    monkeypatch.setattr(making, "AT_ONCE", 0)
    export = ordered(cast.city_officer, "members")
    gate, written = threading.Barrier(HANDS), list[str]()

    def take(export: Export) -> None:
        gate.wait(timeout=120)
        export.file = f"exports/{threading.get_ident()}.xlsx"
        written.append(str(export.file))
        Export.objects.filter(pk=export.pk).update(state=Export.State.WORKING)
        export.state = Export.State.WORKING

    monkeypatch.setattr(making, "take", take)
    monkeypatch.setattr(making, "beat", lambda *_export, **_fields: None)
    monkeypatch.setattr(default_storage, "delete", lambda _name: None)
    together(lambda: making.make(export.pk))
    assert len(set(written)) == HANDS and len(list(media.rglob("*.xlsx"))) == HANDS
