from pathlib import Path
from typing import Any

import pytest

from xianfeng.lib import queue


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Files of one test go to its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The jobs that were started, instead of a worker."""
    started: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "hand_out", lambda job, pk: started.append((job, pk)))
    return started
