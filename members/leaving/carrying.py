"""What is recorded takes effect on its day: at once where that is past, else in the night."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.leaving import messages, rules
from members.models import Member, RosterChange, RosterChangeEvent, User
from members.models.people import MemberQuerySet
from xianfeng.lib.rooms import load
from xianfeng.lib.times import today
from xianfeng.lib.transitions import move

Kind, State = RosterChange.Kind, RosterChange.State


def carry_out(change: RosterChange, *, by: User | None) -> None:
    """The person is in the new unit, or off the roster."""
    if change.is_move and not _move_person(change):
        _end(change, State.UNDONE, by=by, note=_("到期时已不在原单位，没有办理。"))
        return
    _end(change, State.DONE, by=by)
    if change.is_leaving:
        let_depart(change.day + dt.timedelta(days=1), of=Member.objects.filter(pk=change.member_id))


def _move_person(change: RosterChange) -> bool:
    here = Member.objects.on_roster().filter(pk=change.member_id, unit=change.from_unit_id)
    return here.update(unit=change.to_unit) == 1


def _end(change: RosterChange, to: str, *, by: User | None, note: str = "") -> None:
    move(
        change,
        to,
        allowed={State.PLANNED},
        event=RosterChangeEvent,
        by=by,
        note=note,
        refusal=rules.decided_before,
    )


def carry_due(on: dt.date | None = None) -> int:
    """Everything whose day has come, each once. Returns how many changes and leavings that were."""
    day = on or today()
    due = Q(kind=Kind.MOVED, day__lte=day) | Q(kind__in=RosterChange.LEAVING, day__lt=day)
    planned = RosterChange.objects.filter(due, state=State.PLANNED).order_by("pk")
    return sum(_carry_one(*row) for row in planned.values_list("pk", "member")) + let_depart(day)


@transaction.atomic
def _carry_one(pk: int, member_id: int) -> bool:
    Member.objects.filter(pk=member_id).hold()  # before the change, as everybody locks them
    rows = RosterChange.objects.select_related("member__unit", "member__user", "from_unit", "to_unit")
    change = rows.select_for_update(of=("self",)).get(pk=pk)
    if change.state != State.PLANNED:  # taken back meanwhile
        return False
    carry_out(change, by=None)
    messages.tell(change, by=None)
    return True


@transaction.atomic
def let_depart(on: dt.date, *, of: MemberQuerySet | None = None) -> int:
    """Whoever's last day has passed leaves the roster, and gives back what waits for them elsewhere."""
    people = Member.objects.all() if of is None else of
    left = people.on_roster().filter(departed_on__lt=on).update(state=Member.State.DEPARTED)
    for room in load("departed"):
        room.give_back(people.filter(state=Member.State.DEPARTED))
    return left
