"""How far a wish is, in the words of the person who stated it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from wishes.models import Wish, WishEvent

State = Wish.State


def leading(wish: Wish) -> Wish:
    """The wish whose progress counts: the one it was merged into, or itself."""
    if wish.merged_into_id is None:
        return wish
    return Wish.objects.without_brief().get(pk=wish.merged_into_id)


def stage(wish: Wish) -> int:
    """The step of 受理 → 党员接单 → 完成 that it stands at, from 1."""
    steps = {State.ACCEPTED: 2, State.PUBLISHED: 2, State.FULFILLED: 3, State.CLOSED: 3}
    return steps.get(State(wish.state), 1)


def of(wish: Wish) -> list[dict[str, Any]]:
    """What happened, newest first; without names, notes and anything else that is internal.

    Of the wish it was merged into, only the steps since then: what was before concerns its own resident.
    """
    events = list(wish.events.order_by("-id"))
    if wish.is_merged:
        merged = next(event for event in events if event.to_state == State.MERGED)
        events = [
            *WishEvent.objects.filter(wish=wish.merged_into_id, pk__gt=merged.pk).order_by("-id"),
            *events,
        ]
    return [
        {"title": title_of(event), "at": event.at, "tone": tone_of(event)}
        for event in without_slips(events)
        if not event.is_about_another
    ]


def without_slips(events: list[WishEvent]) -> Iterator[WishEvent]:
    """Newest first, but for an acceptance that was undone at once: the resident never heard of it."""
    newest_first = iter(events)
    for event in newest_first:
        if event.is_taking_back:
            next(newest_first)
        else:
            yield event


def title_of(event: WishEvent) -> str:
    if event.is_parting:
        return _("恢复单独办理")
    if event.is_reopening:
        return _("社区恢复办理，等待受理") if event.by_id else _("再次提出，等待社区受理")
    if event.from_state == State.PUBLISHED and event.to_state == State.ACCEPTED:
        return _("重新安排中")
    titles = {
        State.SUBMITTED: _("心愿已提交，等待社区受理"),
        State.ACCEPTED: _("社区已受理，正在安排"),
        State.PUBLISHED: _("已发布给党员接单"),
        State.FULFILLED: _("心愿已完成"),
        State.DECLINED: _("社区未受理"),
        State.MERGED: _("与另一条心愿合并办理"),
        State.CLOSED: _("已关闭"),
    }
    return titles[State(event.to_state)]


def tone_of(event: WishEvent) -> str:
    """Only the ends stand out."""
    return State(event.to_state).tone if event.to_state in State.ENDED else ""
