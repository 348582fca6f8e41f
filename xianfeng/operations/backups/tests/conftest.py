"""A city with something of everything, a shelf for its backups, and another machine that has nothing yet."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from flags import ledger
from members.models import ImportBatch
from notices.outbox import Message, send
from xianfeng.operations.backups import engines
from xianfeng.operations.backups.engines import Config
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.ledger import MakeAward


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed: a backup looks at it by a connection of its own."""
    return make_cast()


@pytest.fixture
def city(cast: Cast, make_award: MakeAward) -> Cast:
    """With three lines in the ledger, an uploaded file and a message that waits."""
    ledger.award([make_award() for _each in range(3)], by=cast.secretary)
    upload(cast, b"roster")
    send(Message(cast.clerk, "test", "k1", "标题", "正文"))
    return cast


def upload(cast: Cast, content: bytes) -> ImportBatch:
    file = ContentFile(content, name="roster.xlsx")
    return ImportBatch.objects.create(
        kind="roster", organization=cast.unit, uploaded_by=cast.unit_clerk, file=file
    )


@pytest.fixture
def another_machine(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Callable[[], Config]]:
    """Once called: an empty database stands in for the rest of the test, and there are no files."""
    engine = engines.in_use()
    with ExitStack() as stack:

        def move() -> Config:
            settings.VAR_DIR = tmp_path / "other"
            settings.VAR_DIR.mkdir()
            settings.MEDIA_ROOT = settings.VAR_DIR / "media"
            config = engine.create("target")
            stack.callback(engine.drop, config)
            stack.enter_context(engines.standing_in(config))
            return config

        yield move


def elsewhere(action: Callable[[], object]) -> None:
    """Done to its end by somebody else, on another connection."""

    def run() -> None:
        try:
            action()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.fixture
def settings_of_a_key(settings: Any) -> Callable[..., None]:
    def use(*keys: str) -> None:
        settings.FIELD_ENCRYPTION_KEYS = list(keys)

    return use
