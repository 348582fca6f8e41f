"""A roster on its way: uploaded as somebody, and checked by hand instead of by a worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.importing import batches
from members.models import ImportBatch, User
from xianfeng.lib import queue
from xianfeng.lib.tests.workbooks import save_workbook
from xianfeng.testing.cast import Cast

from .rosters import save_roster


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[tuple[Any, ...]]:
    """The jobs that were started, instead of a worker; uploads go to the test's folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    started: list[tuple[Any, ...]] = []
    monkeypatch.setattr(queue, "hand_out", lambda *job: started.append(job))
    return started


@pytest.fixture
def send(tmp_path: Path, cast: Cast, handed_out: list[tuple[Any, ...]]) -> Callable[..., ImportBatch]:
    """Upload rows, or whole sheets, as the city officer or another, and have them checked."""

    def upload(*rows: dict[str, Any], sheets: Any = None, by: User = cast.city_officer) -> ImportBatch:
        path = tmp_path / "sent.xlsx"
        save_workbook(path, sheets) if sheets else save_roster(path, *rows)
        batch = batches.upload("roster", SimpleUploadedFile("名册.xlsx", path.read_bytes()), by=by)
        batches.check(batch.pk)
        return ImportBatch.objects.get(pk=batch.pk)

    return upload
