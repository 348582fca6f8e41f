"""Whatever is sent, nothing breaks: some requests in each run, 10,000 with `make fuzz`."""

import os
import random
import sys
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import transaction

from tools.tests.matrix.asking import ask
from tools.tests.matrix.fuzzing import shots
from tools.tests.matrix.world import ACTORS
from xianfeng.testing.cast import Cast
from xianfeng.tests.test_access import TABLE

WHOLE = os.environ.get("FUZZ") == "whole"
# Each part is one test, so that the workers share them; a failure names its seed.
PARTS = 40 if WHOLE else 4
SEED = int(os.environ.get("FUZZ_SEED", "20261127"))
SENT_AT_ONCE = 5  # requests of one visitor to one address


def total() -> int:
    return 10_000 if WHOLE else 400


@pytest.mark.postgres  # which refuses more than SQLite does
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_breaks(part: int, cast: Cast, caplog: pytest.LogCaptureFixture):
    chance, broken, sent = random.Random(SEED + part), [], 0
    met: list[BaseException | None] = []

    def remember(**_: Any) -> None:
        met.append(sys.exc_info()[1])

    got_request_exception.connect(remember)
    names = [name for name in sorted(TABLE) if name != "admin:logout"]
    while sent < total() / PARTS:
        name, actor = chance.choice(names), chance.choice(ACTORS)
        with transaction.atomic():
            kwargs, client = TABLE[name].kwargs(cast), actor.client(cast)
            given = TABLE[name].data(cast)
            for shot in shots(chance, client, name, kwargs, given, SENT_AT_ONCE):
                answer = ask(client, shot.method, shot.path, shot.data)
                sent += 1
                if answer.status >= 500:
                    broken.append(
                        f"{shot.method} {shot.path[:200]} as {actor.name} {shot.data!r:.600}: {met[-1:]!r}"
                    )
            transaction.set_rollback(True)
    got_request_exception.disconnect(remember)
    assert not broken, "\n".join(broken)
