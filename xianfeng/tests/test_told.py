"""Nobody who waits for a word is forgotten, nobody is told twice: the table of events, step by step."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from notices.models import Notice
from xianfeng.lib import queue
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.events import BY_ALL, BY_MAIL, BY_TEXT, EVENTS, IN_PORTAL, Event, Stage
from xianfeng.tests.tables.told import PARAMETERS

WORDS = {"email": "邮件", "sms": "短信"}


@pytest.fixture
def stage(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Stage:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(queue, "hand_out", lambda *job: None)  # the walks do a worker's work themselves
    return Stage(
        cast, lambda moment: monkeypatch.setattr("django.utils.timezone.now", lambda: moment), tmp_path
    )


def heard(notices: list[Notice]) -> dict[str, Counter[str]]:
    """By channels, who got how many."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for notice in notices:
        ways = ["站内"] if notice.recipient else []
        ways += [WORDS[one.channel] for one in notice.deliveries.all()]
        found["、".join(ways)][notice.to_whom] += 1
    return found


@pytest.mark.parametrize("event", PARAMETERS)
def test_exactly_these_are_told_and_each_once(event: Event, stage: Stage) -> None:
    walk = event.walk(stage)
    next(walk)
    before = set(Notice.objects.values_list("pk", flat=True))
    list(walk)
    new = [notice for notice in Notice.objects.order_by("pk") if notice.pk not in before]
    found = heard([notice for notice in new if notice.kind in event.kinds])
    assert {way: set(people) for way, people in found.items()} == event.told
    assert {count for people in found.values() for count in people.values()} == {1}


def test_the_table_has_every_way_and_the_events_that_were_asked_for() -> None:
    assert {way for each in EVENTS.values() for way in each.told} == {BY_ALL, BY_MAIL, BY_TEXT, IN_PORTAL}
    kinds = {kind for each in EVENTS.values() for kind in each.kinds}
    assert kinds >= {
        "wish_new", "wish_step", "late_claim", "late_withdrawal", "registration", "unit_news",
        "roster_change", "estate_moved", "roster_import", "entry_corrected", "number", "exemption",
        "publicity", "publicity_back", "result", "results", "year_settled", "settled_corrected",
    }  # fmt: skip
