"""Wishes that were stated twice, and declined ones that were asked for again: through the services."""

import datetime as dt

from django.utils import timezone

from members.models import Organization, User
from wishes.handling import handling
from wishes.merging import merging
from wishes.models import Wish
from wishes.reopening import reopening
from wishes.stating import stating

from .clock import as_of
from .texts import ASKED_AGAIN, DECLINES, STATED_ONCE_MORE, STATED_TWICE, TAKEN_UP_AGAIN


def repeat_some(estate: Organization, *, by: User) -> None:
    """One resident states the same three times, two of them merged, and three matters that are declined."""
    first, second, _third = (
        state(estate, need, days=days) for need, days in zip(STATED_TWICE, (6, 5, 1), strict=True)
    )
    with as_of(ago(4)):
        handling.accept(first, by=by)
        merging.merge(first, second, by=by)
    asked, taken_up, _declined = (decline(estate, need, by=by) for need in STATED_ONCE_MORE)
    with as_of(ago(2)):
        reopening.ask_again(asked, reason=ASKED_AGAIN)
    with as_of(ago(3)):  # the day of the decline: always in its year
        reopening.take_up_again(taken_up, reason=TAKEN_UP_AGAIN, by=by)


def state(estate: Organization, need: str, *, days: int) -> Wish:
    with as_of(ago(days)):
        return stating.submit(
            organization=estate,
            need=need,
            contact_name="周阿姨",
            contact_mobile="13000000021",
            contact_address=f"{estate.name}8幢1单元301室",
        )


def decline(estate: Organization, need: str, *, by: User) -> Wish:
    wish = state(estate, need, days=4)
    with as_of(ago(3)):
        return handling.decline(wish, reason=DECLINES[0], responsible="物业服务中心", by=by)


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)
