"""疑似换号: a row with an unknown mobile that may be somebody the roster knows; decided row by row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import batched
from typing import Any

from members.importing.decisions import ADD, CHANGE, NAMESAKES, NUMBER, Ask, Decisions
from members.importing.plan import RowPlan
from members.models import Member, User
from members.numbers import changing
from members.people.privacy import mask_mobile

from .checking import row_error
from .columns import MOBILE

LOOKUP_SIZE = 500  # names in one query

# What the plan reads of a person on the roster.
Known = dict[str, Any]


def find_renumbered(rows: Iterable[RowPlan], read: tuple[str, ...]) -> list[tuple[RowPlan, list[Known]]]:
    """Rows that would be new, with who of that name and unit has a mobile that the file lacks."""
    rows = list(rows)
    own = {row.fields["mobile"] for row in rows}
    strangers = [row for row in rows if not row.errors and row.existing is None]
    people = namesakes({row.fields["name"] for row in strangers}, read)
    pairs = ((row, people[row.fields["name"], row.fields["unit_id"]]) for row in strangers)
    maybe = ((row, [one for one in found if one["mobile"] not in own]) for row, found in pairs)
    return [(row, found) for row, found in maybe if found]


def namesakes(names: set[str], read: tuple[str, ...]) -> dict[tuple[str, int], list[Known]]:
    """People by name and unit; one query for each five hundred names."""
    people: dict[tuple[str, int], list[Known]] = defaultdict(list)
    for some in batched(sorted(names), LOOKUP_SIZE, strict=False):
        rows = Member.objects.exclude(state=Member.State.MERGED).filter(name__in=some)
        for one in rows.order_by("pk").values(*read):
            people[one["name"], one["unit_id"]].append(one)
    return people


def decide(row: RowPlan, found: list[Known], decisions: Decisions) -> Known | None:
    """The person whose number the row changes; None where it is a new person, or still open.

    Several of one name cannot be told apart by a file: their numbers are corrected on their own pages.
    """
    kind = NUMBER if len(found) == 1 else NAMESAKES
    answer = decisions.of(kind, str(row.row))
    if answer == ADD:
        return None
    if answer == CHANGE and kind == NUMBER:
        return found[0]
    detail = {
        "row": str(row.row),
        "name": row.fields["name"],
        "old": "、".join(mask_mobile(one["mobile"]) for one in found),
        "new": mask_mobile(row.fields["mobile"]),
    }
    reason = "mobile_maybe_changed" if kind == NUMBER else "mobile_maybe_changed_of_several"
    ask = Ask(kind, str(row.row), detail)
    row.errors.append(row_error(MOBILE, reason, row.fields["mobile"], ask=ask, **detail))
    return None


# --- Writing ------------------------------------------------------------------------------------


def change_numbers(rows: Iterable[RowPlan], *, by: User | None) -> None:
    """Give the people of these rows their new mobile; before anything else of a row is written."""
    wanted = {row.existing: row.fields["mobile"] for row in rows if row.existing and "mobile" in row.changes}
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
    rows = Member.objects.select_for_update(of=("self",)).select_related("user")
    return list(rows.filter(pk__in=list(pks)).order_by("pk"))
