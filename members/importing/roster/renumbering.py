"""疑似换号: a row with an unknown mobile that may be somebody the roster knows; decided row by row."""

from collections.abc import Iterable, Mapping
from typing import Any

from members.importing.plan import ADD, CHANGE, NAMESAKES, NUMBER, Ask, Decisions, RowPlan
from members.models import Member, User
from members.numbers import changing
from members.people.privacy import mask_mobile

from .checking import row_error
from .columns import MOBILE

# What the plan reads of a person on the roster.
Known = dict[str, Any]


def decide(row: RowPlan, found: list[Known], decisions: Decisions) -> Known | None:
    """The person whose number the row changes; None where it is a new person, or still open.

    Several of one name cannot be told apart by a file: their numbers are corrected on their own pages.
    """
    ask = ask_of(row, found)
    answer = decisions.of(ask.kind, row.place)
    if answer == ADD:
        return None
    if answer == CHANGE and ask.kind == NUMBER:
        return found[0]
    reason = "mobile_maybe_changed" if ask.kind == NUMBER else "mobile_maybe_changed_of_several"
    row.errors.append(row_error(MOBILE, reason, row.fields["mobile"], ask=ask, **ask.detail))
    return None


def ask_of(row: RowPlan, found: list[Known]) -> Ask:
    detail = {
        "sheet": row.sheet,
        "row": str(row.row),
        "name": row.fields["name"],
        "old": "、".join(mask_mobile(one["mobile"]) for one in found),
        "new": mask_mobile(row.fields["mobile"]),
    }
    return Ask(NUMBER if len(found) == 1 else NAMESAKES, row.place, detail)


def refuse_second(row: RowPlan, first: RowPlan, *, ask: Ask | None = None) -> None:
    """One person has one row: of two that would write the same entry the later would win unseen."""
    row.existing, row.changes = None, {}
    where = {"sheet": first.sheet, "row": first.row}
    row.errors.append(row_error(MOBILE, "person_twice_in_file", row.fields["mobile"], ask=ask, **where))


# --- Writing ------------------------------------------------------------------------------------


def change_numbers(rows: Iterable[RowPlan], *, by: User | None) -> None:
    """Give the people of these rows their new mobile; before anything else of a row is written."""
    wanted = {row.existing: row.fields["mobile"] for row in rows if row.existing}
    changing.renumber(locked(wanted), wanted, by=by)


def restore_numbers(changes: Mapping[int, dict[str, list[Any]]], *, by: User | None) -> None:
    """Give the former numbers back, except where the person has proven the new one, or it changed again."""
    given = {pk: changed["mobile"] for pk, changed in changes.items() if "mobile" in changed}
    members = [
        member
        for member in locked(given)
        if member.mobile == given[member.pk][1] and not (member.user and member.user.mobile == member.mobile)
    ]
    changing.renumber(members, {member.pk: given[member.pk][0] for member in members}, by=by)


def locked(pks: Iterable[int]) -> list[Member]:
    people = Member.objects.filter(pk__in=list(pks)).order_by("pk")
    people.hold()
    return list(people.select_related("user"))
