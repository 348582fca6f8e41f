"""Sixty canaries through real flows: found nowhere, and after their term not even with the keys."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import ImportBatch, Member
from reports.models import RetentionRun
from reports.retention import running
from tools.tests.canaries import looking
from tools.tests.canaries.planting import Canaries, Gateway, plant
from tools.tests.matrix.world import ACTORS
from xianfeng.testing.cast import Cast, make_cast

DESK = (
    "reports:desk_home",
    "reports:me",
    "members:profile",
    "members:looked_up",
    "notices:inbox",
    "admin:index",
)
PUBLIC = ("account_login", "wishes:track", "members:lost_number", "healthz")
FOUR_YEARS = dt.timedelta(days=4 * 366)
STAYS = {
    # Whoever is on the roster, and opens an account, stands there as long as they do.
    "members.Member.mobile", "members.Member.address", "members.User.mobile", "members.Registration.mobile",
    # A wish that nobody has done or declined is still about them, and so is a change nobody decided on.
    "wishes.Wish.contact_mobile", "wishes.Wish.contact_address", "wishes.Wish.detail",
    "members.MobileChange.old", "members.MobileChange.new",
    # An application that waits.
    "members.Registration.address",
}  # fmt: skip


@pytest.fixture
def planted(transactional_db: None, settings: Any, tmp_path: Path) -> tuple[Cast, Canaries]:
    settings.MEDIA_ROOT = tmp_path
    settings.SMS_BACKEND = f"{Gateway.__module__}.Gateway"
    Gateway.sent.clear()
    cast = make_cast()
    canaries = plant(cast)
    # Two of them have other numbers since.
    people = {name: Member.objects.get(pk=getattr(cast, name).pk) for name in ("li", "wang")}
    return replace(cast, **people), canaries


def test_no_canary_is_found_where_it_was_planted(
    planted: tuple[Cast, Canaries], caplog: pytest.LogCaptureFixture
):
    canaries = planted[1]
    assert len(canaries.all) >= 60
    assert all((canaries.mobiles, canaries.addresses, canaries.id_numbers, canaries.codes))
    pattern = canaries.pattern()
    assert looking.named(looking.columns(), pattern) == []
    assert looking.named(looking.keys(), pattern) == []
    assert looking.named(looking.mails(), pattern) == []
    assert looking.named(iter([("log", caplog.text)]), pattern) == []
    # A file waits where its preview does, and goes with it.
    waiting = ImportBatch.objects.exclude(file="").count()
    assert len(looking.named(looking.files(), pattern)) == waiting == 1


def test_no_page_shows_a_canary(planted: tuple[Cast, Canaries]):
    """Whose data they are reads them; of these visitors that is nobody."""
    cast, canaries = planted
    for actor in ACTORS:
        own = (cast.li.mobile,) if actor.role == "member" else ()
        start = [reverse(name) for name in (PUBLIC if actor.role == "nobody" else DESK)]
        shown = list(looking.pages(actor.client(cast), start))
        assert len(shown) >= 3, actor.name
        assert (actor.name, looking.named(iter(shown), canaries.pattern(but=own))) == (actor.name, [])


def test_after_their_term_only_what_stays_by_design_is_left(planted: tuple[Cast, Canaries]):
    pattern = planted[1].pattern()
    assert {"members.ImportRow.values", "members.MobileProof.mobile", "wishes.Wish.detail"} <= places(pattern)
    for _night in range(3):
        running.run(RetentionRun.Source.NIGHTLY, timezone.now() + FOUR_YEARS)
    assert places(pattern) <= STAYS
    assert looking.named(looking.files(), pattern) == []


def places(pattern: re.Pattern[str]) -> set[str]:
    return {place.split(": ")[0] for place in looking.named(looking.opened(), pattern)}
