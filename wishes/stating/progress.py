"""How far a wish is, in the words of the person who stated it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from wishes.models import Wish, WishEvent

State = Wish.State


def stage(wish: Wish) -> int:
    """The step of 受理 → 党员接单 → 完成 that it stands at, from 1."""
    steps = {State.ACCEPTED: 2, State.PUBLISHED: 2, State.FULFILLED: 3, State.CLOSED: 3}
    return steps.get(State(wish.state), 1)


def of(wish: Wish) -> list[dict[str, Any]]:
    """What happened, newest first; without names, notes and anything else that is internal."""
    events: Iterable[WishEvent] = wish.events.order_by("-id")
    return [{"title": title_of(event), "at": event.at, "tone": tone_of(event)} for event in events]


def title_of(event: WishEvent) -> str:
    if event.from_state == State.PUBLISHED and event.to_state == State.ACCEPTED:
        return _("重新安排中")
    titles = {
        State.SUBMITTED: _("心愿已提交，等待社区受理"),
        State.ACCEPTED: _("社区已受理，正在安排"),
        State.PUBLISHED: _("已发布给党员接单"),
        State.FULFILLED: _("心愿已完成"),
        State.DECLINED: _("社区未受理"),
        State.CLOSED: _("已关闭"),
    }
    return titles[State(event.to_state)]


def tone_of(event: WishEvent) -> str:
    """Only the ends stand out."""
    return State(event.to_state).tone if event.to_state in State.ENDED else ""
