"""The one way a row changes its state: a guarded UPDATE and a line of its history, both or neither."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from xianfeng.lib.refusal import LONGEST_REASON, Refusal


class Row(Protocol):
    """A row of any model that has a state."""

    pk: Any
    state: Any
    _meta: ClassVar[Any]


class StateEvent(models.Model):
    """Append-only history of a row; `by` is empty where nobody of ours acted.

    A subclass adds the foreign key to what it is the history of.
    """

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    note = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar[Sequence[str]] = ["id"]

    def __str__(self) -> str:
        return self.get_to_display()

    def get_to_display(self) -> str:
        """What happened, in words: those of the state it led to."""
        related: Any = (field.related_model for field in self._meta.local_fields)
        (words,) = (dict(model.State.choices) for model in related if hasattr(model, "State"))
        return str(words.get(self.to_state, self.to_state))

    @classmethod
    def about(cls, row: Row, **values: Any) -> Self:
        """An event of this row, not written yet."""
        (subject,) = (
            field.name for field in cls._meta.local_fields if field.related_model is row._meta.model
        )
        return cls(**{subject: row}, **values)


def move(
    row: Row,
    to: str,
    *,
    allowed: Collection[str],
    event: type[StateEvent],
    by: models.Model | None,
    refusal: Callable[[], Refusal],
    note: str = "",
    at: dt.datetime | None = None,
    guard: Q | None = None,
    **fields: Any,
) -> None:
    """Take `row` from the state it was seen in, one of the `allowed`, to another, with `fields` set.

    Where it is not in that state any more, or `guard` does not hold, nothing is written and `refusal`
    is raised. A `note` too long for the history is cut. The row in hand gets the new values.
    """
    seen = row.state
    rows = row._meta.model._base_manager.filter(guard or Q(), pk=row.pk, state=seen)
    # Without a savepoint: where the update finds no row there is nothing to take back.
    with transaction.atomic(savepoint=False):
        is_moved = seen in allowed and rows.update(state=to, **fields) == 1
        if is_moved:
            _take_over([row], to, fields)
            record([row], event=event, by=by, before={row.pk: seen}, note=note, at=at)
    if not is_moved:
        raise refusal()


def move_all(
    rows: Collection[Row],
    to: str,
    *,
    allowed: Collection[str],
    event: type[StateEvent],
    by: models.Model | None,
    refusal: Callable[[], Refusal],
    note: str | Mapping[Any, str] = "",
    at: dt.datetime | None = None,
    **fields: Any,
) -> None:
    """`move` for many rows of one model, all or none; `note` is for all, or by primary key."""
    before = {row.pk: row.state for row in rows}
    with transaction.atomic():
        if sum(_update(rows, seen, to, fields) for seen in {*before.values()} & {*allowed}) != len(rows):
            raise refusal()
        _take_over(rows, to, fields)
        record(rows, event=event, by=by, before=before, note=note, at=at)


def record(
    rows: Iterable[Row],
    *,
    event: type[StateEvent],
    by: models.Model | None,
    before: Mapping[Any, str] | str = "",
    note: str | Mapping[Any, str] = "",
    at: dt.datetime | None = None,
) -> None:
    """A history line for each row as it stands now. What it was `before` is empty where it is new."""
    moment = at or timezone.now()
    event._base_manager.bulk_create(
        event.about(
            row,
            at=moment,
            by=by,
            from_state=_of(before, row),
            to_state=row.state,
            note=_of(note, row)[:LONGEST_REASON],
        )
        for row in rows
    )


def _update(rows: Collection[Row], seen: str, to: str, fields: Mapping[str, Any]) -> int:
    """How many of the rows seen in a state were still in it and moved on."""
    ours = [row for row in rows if row.state == seen]
    found = ours[0]._meta.model._base_manager.filter(pk__in=[row.pk for row in ours], state=seen)
    return int(found.update(state=to, **fields))


def _take_over(rows: Iterable[Row], to: str, fields: Mapping[str, Any]) -> None:
    for row in rows:
        row.state = to
        for name, value in fields.items():
            setattr(row, name, value)


def _of(value: Mapping[Any, str] | str, row: Row) -> str:
    return value if isinstance(value, str) else value.get(row.pk, "")
