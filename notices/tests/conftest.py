from collections.abc import Iterator

import pytest

from xianfeng.testing.mail import Sink, running_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    """All mail of the test goes to this server."""
    with running_sink() as (sink, _port):
        yield sink
