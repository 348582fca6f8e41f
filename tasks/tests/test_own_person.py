"""Nobody verifies, enters or lights what is their own, under another account of theirs either."""

from collections.abc import Callable
from typing import Any

import pytest

from flags.ledger.rules import OwnFlags, check_not_own
from members.models import Member, User
from members.persons import uniting
from tasks.recording.recording import enter
from tasks.rules import OwnClaim
from tasks.tests.desk import ended_task
from tasks.verifying.verifying import Decision, verify
from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast


def verification(cast: Cast, by: User) -> Any:
    task = ended_task(cast, cast.li)
    task.claims.update(presence="present")
    return verify(task, [Decision(task.claims.get().pk, "good", 120, 1)], by=by)


def entering(cast: Cast, by: User) -> Any:
    return enter(ended_task(cast), [cast.li.pk], witness="高组长", by=by)


def lighting(cast: Cast, by: User) -> Any:
    return check_not_own([Member.objects.get(pk=cast.li.pk)], by)


ACTS: list[tuple[Callable[[Cast, User], Any], type[Refusal]]] = [
    (verification, OwnClaim),
    (entering, OwnClaim),
    (lighting, OwnFlags),
]


@pytest.mark.parametrize(("act", "refusal"), ACTS)
def test_the_other_account_of_the_person_does_not(act: Any, refusal: Any, cast: Cast):
    uniting.unite(cast.clerk, cast.li, by=cast.city_officer)
    with pytest.raises(refusal):
        act(cast, User.objects.get(pk=cast.clerk.pk))


@pytest.mark.parametrize(("act", "refusal"), ACTS)
def test_a_colleague_does(act: Any, refusal: Any, cast: Cast):
    act(cast, cast.clerk)
