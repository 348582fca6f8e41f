"""Set the rows of a roster against the people it knows: who is meant, and what differs. Reads only."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.utils.translation import gettext

from members.importing.plan import Cleaned, Decisions, RowPlan
from members.models import Member
from xianfeng.lib.times import today

from .checking import RowCheck
from .columns import COMPARED, ENTRY, OWN_STATEMENTS
from .renumbering import decide

State = Member.State

LOOKUP_SIZE = 2_000  # mobiles in one query

READ = ("pk", "mobile", "state", "departed_on", "registered_at", "merged_into", *COMPARED)


def members_by_mobile(mobiles: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Who has each mobile; of a record that was merged, the one that stands for it."""
    return {
        member["mobile"]: standing(member)
        for some in batched(mobiles, LOOKUP_SIZE, strict=False)
        for member in read_members(some)
    }


def standing(member: dict[str, Any]) -> dict[str, Any]:
    while member["merged_into"]:
        member = Member.objects.values(*READ).get(pk=member["merged_into"])
    return member


def read_members(mobiles: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    return Member.objects.filter(mobile__in=mobiles).values(*READ).iterator()


def compare(row: RowPlan, member: dict[str, Any], check: RowCheck) -> None:
    """Set the row against the member who has its mobile."""
    error = check.conflict(row.fields, member)
    if error is not None:
        row.errors.append(error)
    if row.errors:
        return
    row.existing = member["pk"]
    row.changes = differences(row.fields, member)
    if member["state"] == Member.State.DEPARTED:  # on a roster again
        row.changes |= comes_back(row.fields, member, check.entry_day)
    elif "joined_on" in row.changes and not check.sets_dates:
        before, sent = row.changes.pop("joined_on")
        row.cleaned.append(Cleaned(ENTRY, sent, before or gettext("全年计入")))


def recognise(rows: list[RowPlan], check: RowCheck, decisions: Decisions) -> None:
    """Set rows that may be somebody with a new mobile against that person, once it is decided."""
    for row, found in find_renumbered(rows):
        member = decide(row, found, decisions)
        if member is not None:
            compare(row, member, check)
            row.changes = {"mobile": [member["mobile"], row.fields["mobile"]], **row.changes}


def find_renumbered(rows: Iterable[RowPlan]) -> list[tuple[RowPlan, list[dict[str, Any]]]]:
    """Rows that would be new, with who of that name and unit has a mobile that the file lacks."""
    rows = list(rows)
    own = {row.fields["mobile"] for row in rows}
    strangers = [row for row in rows if not row.errors and row.existing is None]
    people = namesakes({identity(row.fields) for row in strangers})
    pairs = ((row, people.get(identity(row.fields), [])) for row in strangers)
    maybe = ((row, [one for one in found if one["mobile"] not in own]) for row, found in pairs)
    return [(row, found) for row, found in maybe if found]


def identity(fields: dict[str, Any]) -> tuple[str, int]:
    """What a person is known by, besides the mobile."""
    return fields["name"], fields["unit_id"]


def namesakes(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """People by name and unit: a query for the names in these units, and one for those found.

    A file has far fewer units than names.
    """
    people: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    records = Member.objects.exclude(state=Member.State.MERGED)
    in_units = records.filter(unit__in={unit for _name, unit in wanted}).values_list("pk", "name", "unit_id")
    found = [pk for pk, name, unit in in_units.iterator() if (name, unit) in wanted]
    for some in batched(sorted(found), LOOKUP_SIZE, strict=False):
        for one in records.filter(pk__in=some).order_by("pk").values(*READ):
            people[identity(one)].append(one)
    return people


def differences(fields: dict[str, Any], member: dict[str, Any]) -> dict[str, list[Any]]:
    """Fields of the file that differ from the roster; columns the file lacks are left alone."""
    fixed = OWN_STATEMENTS if member["state"] == Member.State.REGISTERED else ()
    return {
        field: [as_stored(member[field]), as_stored(fields[field])]
        for field in COMPARED
        if field in fields and field not in fixed and fields[field] != member[field]
    }


def comes_back(fields: dict[str, Any], member: dict[str, Any], otherwise: dt.date) -> dict[str, list[Any]]:
    """The year counts from the day of the return: the file's, if it is later than the leaving."""
    left = member["departed_on"] or dt.date.min
    days = (fields.get("joined_on"), otherwise, today())
    day = next((day for day in days if day and day > left), today())
    state = State.REGISTERED if member["registered_at"] else State.LISTED
    return {
        "joined_on": [as_stored(member["joined_on"]), as_stored(day)],
        "departed_on": [as_stored(member["departed_on"]), None],
        "state": [member["state"], state.value],
    }


def as_stored(value: Any) -> Any:
    """A date as its text: changes are kept as JSON."""
    return value.isoformat() if isinstance(value, dt.date) else value
