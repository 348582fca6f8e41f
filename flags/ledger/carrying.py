"""Lines of a record that was merged into another: carried over by pairs of adjustments, never rewritten."""

from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from flags.models import FlagEntry
from members.models import Member, Merge, User


def pair(
    line: FlagEntry, target: Member, *, occasion: str, reason: str, by: User, doubled: bool = False
) -> Iterator[FlagEntry]:
    """Takes the line's flags from its member and gives them to `target`, on the same day and account.

    What is `doubled`, the same service counted on both records, is taken and not given.
    """
    yield again(line, line.member, target, -1, key=f"{occasion}:out:{line.key}", reason=reason, by=by)
    if not doubled:
        yield again(line, target, line.member, 1, key=f"{occasion}:in:{line.key}", reason=reason, by=by)


def on(lines: Iterable[FlagEntry]) -> list[FlagEntry]:
    """For each new line, all of merged records, the pair that carries it on, as far as the merges go."""
    carried: list[FlagEntry] = []
    waiting = list(lines)
    while waiting:
        line = waiting.pop()
        # A pair that merging itself has written leaves its first line where it belongs.
        if line.is_carried_over and line.source_id == line.member.merged_into_id:
            continue
        merge = Merge.objects.standing().select_related("kept").get(gone=line.member)
        both = list(
            pair(line, merge.kept, occasion=f"merge:{merge.pk}", reason=_("随合并转入"), by=line.actor)
        )
        carried += both
        waiting += [one for one in both[1:] if one.member.merged_into_id]
    return carried


def again(
    line: FlagEntry, member: Member, other: Member, sign: int, *, key: str, reason: str, by: User
) -> FlagEntry:
    """The line once more for this member, with its sign; it names the other record."""
    return FlagEntry(
        kind=FlagEntry.Kind.ADJUSTMENT,
        member=member,
        delta=sign * line.delta,
        minutes=sign * line.minutes,
        service_date=line.service_date,
        year=line.year,
        category=line.category,
        organization_id=line.organization_id,
        unit_id=line.unit_id,
        source_kind=FlagEntry.Source.MERGE,
        source_id=other.pk,
        source_label=line.source_label,
        actor=by,
        verifier=by,
        reason=reason,
        settled_year=line.settled_year,
        key=key,
        recorded_at=timezone.now(),
    )
