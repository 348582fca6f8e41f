"""What tests of the bank share."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from flags import ledger
from flags.ledger import Award
from flags.models import FlagEntry
from members.models import Member
from xianfeng.testing.cast import Cast

MakeAward = Callable[..., Award]
Light = Callable[..., FlagEntry]


@pytest.fixture
def make_award(cast: Cast) -> MakeAward:
    """An award to 李建国 by 青锋社区, each with its own key, unless told otherwise."""
    numbers = itertools.count(1)

    def make(member: Member | None = None, **fields: Any) -> Award:
        number = next(numbers)
        defaults: dict[str, Any] = {
            "member": member or cast.li, "flags": 1, "minutes": 120, "service_date": dt.date(2026, 3, 5),
            "category": "activity", "organization": cast.community, "source_kind": "claim",
            "source_id": number, "source_label": "清洁家园", "verifier": cast.secretary,
            "key": f"claim:{number}",
        }  # fmt: skip
        return Award(**defaults | fields)

    return make


@pytest.fixture
def light(cast: Cast, make_award: MakeAward) -> Light:
    """Lights one award and returns its line."""

    def award(member: Member | None = None, **fields: Any) -> FlagEntry:
        return ledger.award([make_award(member, **fields)], by=cast.secretary)[0]

    return award
