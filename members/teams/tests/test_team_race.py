"""Two desks at once: a team has one leader, whoever was faster."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError

from members.models import TeamRole
from members.teams import joining
from members.teams.tests.teams import NEXT_YEAR, make_team, role_of
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_cast, make_member
from xianfeng.testing.races import meeting, meets_before, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The same city, committed, so that every thread's connection sees it."""
    return make_cast()


def two_leaders_at_once(cast: Cast, patch: pytest.MonkeyPatch) -> list[str]:
    """The leader is gone, and secretary and clerk each ask another one to lead."""
    other = make_member("周平", "13900000055", cast.unit, cast.estate)
    team = make_team(cast, cast.wang, other)
    joining.part(role_of(team, cast.li), reason="调走", by=cast.secretary)
    meets_before(joining, "serve", meeting(), patch)
    give = partial(joining.give_role, role="leader", until=today() + NEXT_YEAR)
    return together(
        partial(told, partial(give, role_of(team, cast.wang), by=cast.secretary)),
        partial(told, partial(give, role_of(team, other), by=cast.clerk)),
    )


def told(act: Callable[[], object]) -> None:
    """What the database refuses is told apart from a refusal of ours."""
    try:
        act()
    except IntegrityError as error:
        raise Refusal("", "constraint") from error


def leaders() -> int:
    return TeamRole.objects.serving().filter(role="leader").count()


def test_the_second_takes_over_from_the_first(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_leaders_at_once(cast, monkeypatch) == ["", ""]
    assert leaders() == 1


def test_negative_control_without_the_teams_row_one_of_them_fails(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the database's constraint is left then: an error instead of an answer."""
    monkeypatch.setattr(joining, "hold", lambda team: None)
    assert two_leaders_at_once(cast, monkeypatch) == ["", "constraint"]
