"""The one transition: guard, history line and fields, both or neither."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from wishes.models import Wish, WishEvent
from wishes.tests.helpers import stated
from xianfeng.lib.refusal import LONGEST_REASON, AlreadyDecided
from xianfeng.lib.transitions import StateEvent, move, move_all, record
from xianfeng.testing.cast import Cast

State = Wish.State
HISTORIES = {
    "flags.AssessmentEvent", "members.ElevationEvent", "members.ExemptionEvent", "members.ImportEvent",
    "members.MergeEvent", "members.MobileChangeEvent", "members.RegistrationEvent",
    "members.RosterChangeEvent", "members.TeamEvent", "members.TeamRoleEvent",
    "notices.DeliveryEvent", "reports.ExportEvent", "tasks.BalanceRowEvent",
    "tasks.CallEvent", "tasks.ClaimEvent", "tasks.InvitationEvent", "tasks.TargetEvent", "tasks.TaskEvent",
    "wishes.WishEvent",
}  # fmt: skip


def overtaken() -> AlreadyDecided:
    return AlreadyDecided("刚被别人办理")


def moved(wish: Wish, to: str = State.ACCEPTED, **how: Any) -> None:
    defaults = {"allowed": State.UNPUBLISHED, "event": WishEvent, "by": None, "refusal": overtaken}
    move(wish, to, **defaults | how)


def all_moved(wishes: list[Wish], to: str = State.ACCEPTED, **how: Any) -> None:
    defaults = {"allowed": State.UNPUBLISHED, "event": WishEvent, "by": None, "refusal": overtaken}
    move_all(wishes, to, **defaults | how)


def steps(wish: Wish) -> list[tuple[str, str]]:
    return list(wish.events.values_list("from_state", "to_state"))


STATED = ("", "submitted")


@pytest.fixture
def wish(cast: Cast) -> Wish:
    return stated(cast.estate)


@pytest.fixture
def wishes(cast: Cast) -> list[Wish]:
    return [stated(cast.estate) for _each in range(3)]


# --- One row ------------------------------------------------------------------------------------


def test_row_fields_and_history_change_together(cast: Cast, wish: Wish) -> None:
    at = timezone.now() - dt.timedelta(hours=3)
    moved(wish, State.DECLINED, by=cast.clerk, at=at, note="不属于社区", responsible="物业")
    assert (wish.state, wish.responsible) == (State.DECLINED, "物业")
    kept = Wish.objects.get(pk=wish.pk)
    assert (kept.state, kept.responsible) == (State.DECLINED, "物业")
    event = wish.events.latest("id")
    assert (event.from_state, event.to_state, event.note) == ("submitted", "declined", "不属于社区")
    assert (event.by, event.at) == (cast.clerk, at)


def test_a_step_without_a_person_names_none_and_is_of_now(wish: Wish) -> None:
    before = timezone.now()
    moved(wish)
    event = wish.events.latest("id")
    assert event.by is None and before <= event.at <= timezone.now()


def test_who_comes_second_is_refused_and_leaves_no_line(wish: Wish) -> None:
    stale = Wish.objects.get(pk=wish.pk)
    moved(wish)
    with pytest.raises(AlreadyDecided, match="刚被别人办理"):
        moved(stale, State.DECLINED, decline_reason="来晚了")
    assert steps(wish) == [STATED, ("submitted", "accepted")]
    assert (stale.state, stale.decline_reason) == (State.SUBMITTED, "")
    assert Wish.objects.get(pk=wish.pk).decline_reason == ""


def test_the_guard_is_the_state_seen_not_any_allowed_one(wish: Wish) -> None:
    """Another person's step to a state that is allowed too is still another person's step."""
    stale = Wish.objects.get(pk=wish.pk)
    moved(wish, State.ACCEPTED)
    assert {stale.state, wish.state} == State.UNPUBLISHED
    with pytest.raises(AlreadyDecided):
        moved(stale, State.DECLINED)


def test_the_wrong_start_is_refused_without_a_query(wish: Wish, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0), pytest.raises(AlreadyDecided):
        moved(wish, State.FULFILLED, allowed={State.PUBLISHED})
    assert wish.state == State.SUBMITTED


def test_a_further_guard_holds_too(wish: Wish) -> None:
    with pytest.raises(AlreadyDecided):
        moved(wish, guard=Q(need="另一件事"))
    moved(wish, guard=Q(need=wish.need))
    assert steps(wish) == [STATED, ("submitted", "accepted")]


def test_a_refused_step_leaves_the_transaction_usable(wish: Wish) -> None:
    """Services catch a refusal and go on: nothing was written, so nothing is rolled back."""
    stale = Wish.objects.get(pk=wish.pk)
    moved(wish)
    with pytest.raises(AlreadyDecided):
        moved(stale)
    assert Wish.objects.get(pk=wish.pk).state == State.ACCEPTED


def test_a_step_costs_two_statements(wish: Wish, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        moved(wish)


@pytest.mark.django_db(transaction=True)
def test_without_its_line_the_step_is_not_taken(
    cast: Cast, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_rows: object, **_values: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("xianfeng.lib.transitions.record", broken)
    with pytest.raises(DatabaseError):
        moved(wish)
    assert Wish.objects.get(pk=wish.pk).state == State.SUBMITTED


def test_a_long_note_is_cut_to_what_the_history_holds(wish: Wish) -> None:
    moved(wish, note="长" * 400)
    assert wish.events.latest("id").note == "长" * 300


# --- Many rows ----------------------------------------------------------------------------------


def test_many_rows_move_with_a_line_each(cast: Cast, wishes: list[Wish]) -> None:
    first, second, third = wishes
    at = timezone.now() - dt.timedelta(days=1)
    all_moved(wishes, by=cast.clerk, at=at, note={second.pk: "另行说明"}, responsible="社区")
    assert [wish.state for wish in wishes] == [State.ACCEPTED] * 3
    assert set(Wish.objects.values_list("state", "responsible")) == {("accepted", "社区")}
    lines = WishEvent.objects.filter(to_state="accepted").values_list(
        "wish", "from_state", "note", "at", "by"
    )
    assert set(lines) == {
        (wish.pk, "submitted", note, at, cast.clerk.pk)
        for wish, note in ((first, ""), (second, "另行说明"), (third, ""))
    }


def test_one_note_may_be_for_all(wishes: list[Wish]) -> None:
    all_moved(wishes, note="长" * 400)
    assert set(WishEvent.objects.filter(to_state="accepted").values_list("note", flat=True)) == {"长" * 300}


def test_rows_seen_in_different_states_keep_their_own_history(wishes: list[Wish]) -> None:
    moved(wishes[0])
    all_moved(wishes, State.DECLINED)
    assert [steps(wish)[-1] for wish in wishes] == [
        ("accepted", "declined"),
        ("submitted", "declined"),
        ("submitted", "declined"),
    ]


def test_if_one_was_overtaken_none_moves(wishes: list[Wish]) -> None:
    moved(Wish.objects.get(pk=wishes[1].pk))
    with pytest.raises(AlreadyDecided):
        all_moved(wishes, State.DECLINED)
    assert not Wish.objects.filter(state=State.DECLINED).exists()
    assert not WishEvent.objects.filter(to_state=State.DECLINED).exists()
    assert {wish.state for wish in wishes} == {State.SUBMITTED}


def test_if_one_starts_from_a_wrong_state_none_moves(wishes: list[Wish]) -> None:
    moved(wishes[2])
    with pytest.raises(AlreadyDecided):
        all_moved(wishes, State.DECLINED, allowed=State.WAITING)
    assert not Wish.objects.filter(state=State.DECLINED).exists()


def test_a_row_named_twice_is_refused(wish: Wish) -> None:
    with pytest.raises(AlreadyDecided):
        all_moved([wish, Wish.objects.get(pk=wish.pk)])
    assert steps(wish) == [STATED]


def test_no_rows_are_no_step(db: None) -> None:
    all_moved([])
    assert not WishEvent.objects.exists()


def test_many_rows_cost_no_more_than_one(wishes: list[Wish], django_assert_num_queries: Any) -> None:
    """The savepoint and its release aside: one update, one insert."""
    with django_assert_num_queries(4):
        all_moved(wishes)


def test_every_column_of_a_reason_holds_the_longest_that_is_taken() -> None:
    """`check_reason` knows one limit: a shorter column would cut, or fail on PostgreSQL."""
    rooms = {
        f"{model._meta.label}.{field.name}": field.max_length
        for model in apps.get_models()
        for field in model._meta.local_fields
        if model._meta.app_label in settings.FIRST_PARTY_APPS and field.name.endswith("reason")
    }
    assert len(rooms) >= 10
    assert {name: room for name, room in rooms.items() if room != LONGEST_REASON} == {}


# --- The history --------------------------------------------------------------------------------


def test_the_first_line_comes_from_nowhere(cast: Cast, wish: Wish) -> None:
    wish.events.all().delete()
    record([wish], event=WishEvent, by=cast.clerk, note="长" * 400)
    event = wish.events.get()
    assert (event.from_state, event.to_state, event.by) == ("", "submitted", cast.clerk)
    assert event.note == "长" * 300 and str(event) == "代居民填报"


def test_every_history_is_a_state_event() -> None:
    """OrganizationEvent tells of changes of the tree, which has no states."""
    events = {model._meta.label for model in apps.get_models() if hasattr(model, "to_state")}
    assert events == HISTORIES
    assert events == {one._meta.label for one in StateEvent.__subclasses__()}


def subject_of(event: Any) -> Any:
    return next(
        field for field in event._meta.local_fields if field.name not in ("id", "by") and field.is_relation
    )


@pytest.mark.parametrize("label", sorted(HISTORIES))
def test_a_history_knows_what_it_is_of(label: str) -> None:
    event = apps.get_model(label)
    subject = subject_of(event)
    row = subject.related_model(pk=7)
    assert getattr(event.about(row, to_state="x"), subject.attname) == 7


@pytest.mark.parametrize("label", sorted(HISTORIES))
def test_a_history_is_told_in_words(label: str) -> None:
    event = apps.get_model(label)
    for state in subject_of(event).related_model.State:
        told = event(to_state=state.value).get_to_display()
        assert told and not told.isascii()


@pytest.mark.parametrize("label", sorted(HISTORIES))
def test_a_history_has_room_for_every_state(label: str) -> None:
    event = apps.get_model(label)
    subject = subject_of(event)
    longest = max(len(value) for value in subject.related_model.State.values)
    assert longest <= event._meta.get_field("to_state").max_length
    assert longest <= event._meta.get_field("from_state").max_length
