"""Two act on one wish at the same moment: one wins, and the other reads what happened."""

from collections.abc import Callable
from functools import partial

import pytest

from wishes.handling import handling
from wishes.models import Wish
from wishes.reopening import reopening
from wishes.tests.helpers import stated
from xianfeng.testing.cast import Cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
REASON = "属于物业维修范围"


def seen(wish: Wish, **fields: object) -> Wish:
    """The wish as a page shows it before somebody presses its button."""
    Wish.objects.filter(pk=wish.pk).update(**fields)
    return Wish.objects.select_related("organization").get(pk=wish.pk)


def steps_of(wish: Wish) -> int:
    return wish.events.exclude(from_state="").count()


def one_wins(wish: Wish, *actions: Callable[[Wish], object], loses: str) -> None:
    codes = together(*[partial(action, seen(wish)) for action in actions])
    assert codes == ["", loses]
    assert steps_of(wish) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_accepting_and_declining_exclude_each_other(cast: Cast, attempt: int) -> None:
    wish = stated(cast.estate)
    one_wins(
        wish,
        partial(handling.accept, by=cast.clerk),
        partial(handling.decline, reason=REASON, by=cast.secretary),
        loses="wrong_state",
    )
    assert seen(wish).state in {"accepted", "declined"}


def test_accepted_by_two_it_is_accepted_once(cast: Cast) -> None:
    accepting = [partial(handling.accept, by=by) for by in (cast.clerk, cast.secretary)]
    one_wins(stated(cast.estate), *accepting, loses="wrong_state")


def test_the_resident_and_the_staff_take_a_declined_wish_up_once(cast: Cast) -> None:
    wish = stated(cast.estate, state="declined")
    one_wins(
        wish,
        partial(reopening.ask_again, reason="物业说不归他们管"),
        partial(reopening.take_up_again, reason="物业合同已到期", by=cast.clerk),
        loses="already_decided",
    )
