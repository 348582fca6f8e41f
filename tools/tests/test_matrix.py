"""Every address × everybody × method × own or outside, against the oracle of matrix/.

A rotating part of the addresses in each run; all of them with `make matrix`.
"""

import os
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tools.tests.matrix import oracle
from tools.tests.matrix.asking import Answer, ask
from tools.tests.matrix.world import ACTORS, Actor, sides
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.tests.test_access import OURS, TABLE

PARTS = 8
METHODS = ("GET", "HEAD", "POST")


def chosen() -> list[str]:
    """All, or this week's part."""
    if os.environ.get("MATRIX") == "whole":
        return sorted(TABLE)
    week = today().isocalendar().week
    return [name for name in sorted(TABLE) if zlib.crc32(name.encode()) % PARTS == week % PARTS]


def cells(name: str, cast: Cast) -> Iterator[tuple[str, Actor, str, Answer]]:
    access = TABLE[name]
    for side, branch in sides(cast):
        with transaction.atomic():
            path = reverse(name, kwargs=access.kwargs(branch)) + access.query
            data: dict[str, Any] = access.data(branch)
            for actor in ACTORS:
                client = actor.client(cast)
                for method in METHODS:
                    yield side, actor, method, ask(client, method, path, data)
            transaction.set_rollback(True)


def fault(name: str, side: str, actor: Actor, method: str, answer: Answer) -> str:
    """What is wrong with an answer, in words; nothing where it is as it should be."""
    is_outside = side == "outside" or actor.is_next_door
    acts = method == "POST"
    may = oracle.may(name, actor.role, person=actor.name, acts=acts, is_outside=is_outside)
    if answer.status >= 500:
        return "broke"
    if not may and not answer.is_shut:
        return "open"
    if may and answer.status != 405 and not (answer.is_open or answer.asks_again):
        return "shut"
    if not may and answer.writes:
        return f"writes {sorted(set(answer.writes))}"
    if not acts and answer.writes:
        return f"reading writes {sorted(set(answer.writes))}"
    # Whoever has the address of a public page, from a mail or a poster, has what it is about.
    is_public = oracle.errand_of(name).about == "public"
    if answer.names_somebody_outside and actor.role not in oracle.KEEPERS and not is_public:
        return "shows somebody outside"
    return ""


def test_the_oracle_knows_every_address():
    assert sorted(TABLE) == sorted(OURS)
    for name in TABLE:
        oracle.errand_of(name)


@pytest.mark.parametrize("name", chosen())
def test_everybody_gets_what_the_oracle_says(name: str, cast: Cast):
    faults, count = [], 0
    for side, actor, method, answer in cells(name, cast):
        count += 1
        if found := fault(name, side, actor, method, answer):
            got = f"{answer.status} {answer.location}"
            faults.append(f"{method} {name} ({side}) as {actor.name}: {got} {found}")
    assert count == len(ACTORS) * len(METHODS) * 2
    assert not faults, "\n".join(faults)
