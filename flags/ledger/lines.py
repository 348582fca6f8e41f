"""The only writer of red flags: an append-only, hash-chained ledger.

Every writer locks the one LedgerHead row (on SQLite the IMMEDIATE transaction is that lock), adds
its lines behind the last one, and moves the head and the totals per member and year in the same
transaction. Lock order of the platform: member, task, then the ledger's head, last."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.ledger import carrying, messages, rules
from flags.models import Category, FlagEntry, LedgerHead, MemberYear
from flags.models.ledger import HEAD
from flags.models.sealing import HASHED, line_hash
from members.models import Member, Organization, RosterChange, User
from xianfeng.lib.refusal import LONGEST_REASON, KeyReused, check_reason
from xianfeng.lib.times import local_date

BATCH = 500  # lines an INSERT
# What the same key must name again.
IDENTITY = (
    "kind", "member_id", "delta", "minutes", "service_date", "category", "organization_id",
    "source_kind", "source_id", "reverses_id", "settled_year",
)  # fmt: skip


@dataclass(frozen=True)
class Award:
    """One line to be lit. `minutes` is service time; `key` makes a repeated request harmless."""

    member: Member
    flags: int
    minutes: int
    service_date: dt.date
    category: str
    organization: Organization
    source_kind: str
    source_id: int
    source_label: str
    verifier: User | None
    key: str
    reason: str = ""
    recorded_at: dt.datetime | None = None
    unit: Organization | None = None  # the one of the day of service where none is given


def award(awards: Sequence[Award], *, by: User) -> list[FlagEntry]:
    """Light flags; the lines in the order given, existing ones for keys already written.

    Raises OwnFlags, NegativeAward, YearSettled (DOMAIN §4.5) and KeyReused.
    """
    for item in awards:
        rules.check_not_own([item.member], by, item.verifier)
        if item.flags < 0 or item.minutes < 0:
            raise rules.NegativeAward(_("亮旗的红旗数和时长不能为负。亮错了的，请撤销原来那一条。"))
    moves = RosterChange.objects.units_before(item.member.pk for item in awards)
    return append([_award_line(item, moves.get(item.member.pk, []), by) for item in awards])


@transaction.atomic
def reverse(entry: FlagEntry, *, reason: str, by: User) -> FlagEntry:
    """Undo one award exactly, once; the award itself stays. Date and year are the award's.

    Raises ReasonNeeded, OwnFlags, NotReversible, AlreadyReversed, YearSettled.
    """
    reason = check_reason(reason, told=_("原因会写入红旗流水"))
    rules.check_not_own([entry.member], by)
    LedgerHead.objects.locked()
    rules.check_reversible(entry)
    line = FlagEntry(
        kind=FlagEntry.Kind.REVERSAL,
        member=entry.member,
        delta=-entry.delta,
        minutes=-entry.minutes,
        service_date=entry.service_date,
        year=entry.year,
        category=entry.category,
        organization_id=entry.organization_id,
        unit_id=entry.unit_id,
        source_kind=entry.source_kind,
        source_id=entry.source_id,
        source_label=entry.source_label,
        actor=by,
        verifier_id=entry.verifier_id,
        reason=reason,
        reverses=entry,
        key=f"reversal:{entry.seq}",
        recorded_at=timezone.now(),
    )
    return append([line])[0]


@transaction.atomic
def adjust(
    member: Member,
    *,
    flags: int,
    minutes: int,
    settled_year: int,
    organization: Organization,
    reason: str,
    key: str,
    by: User,
    category: str = Category.OTHER,
) -> FlagEntry:
    """Correct a settled year by a line written now that names it; figures may be negative.

    It counts for the settled year alone, whose corrected figure it changes, never for the open one
    (DOMAIN 4.5): so it lies on that year's last day.

    Raises ReasonNeeded, OwnFlags, YearNotSettled, YearSettled (this year too), KeyReused.
    """
    reason = check_reason(reason, told=_("原因会写入红旗流水"))
    rules.check_not_own([member], by)
    if not rules.settled_years([settled_year]):
        raise rules.YearNotSettled(
            _("%(year)s 年度还没有定案，请直接亮旗或撤销，不用调整。") % {"year": settled_year}
        )
    line = FlagEntry(
        kind=FlagEntry.Kind.ADJUSTMENT,
        member=member,
        delta=flags,
        minutes=minutes,
        service_date=dt.date(settled_year, 12, 31),
        year=settled_year,
        category=category,
        organization=organization,
        unit_id=member.unit_id,
        source_kind=FlagEntry.Source.ADJUSTMENT,
        source_id=settled_year,
        source_label=_("更正 %(year)s 年度") % {"year": settled_year},
        actor=by,
        verifier=by,
        reason=reason,
        settled_year=settled_year,
        key=key,
        recorded_at=timezone.now(),
    )
    written = append([line])[0]
    messages.tell_corrected(written, by=by)
    return written


def _unit_on(day: dt.date, item: Award, moves: list[tuple[dt.date, int]]) -> int:
    """The unit of the day of service, whatever the member's present one."""
    if item.unit:
        return item.unit.pk
    return next((unit for moved_on, unit in moves if moved_on > day), item.member.unit_id)


def _award_line(item: Award, moves: list[tuple[dt.date, int]], by: User) -> FlagEntry:
    day = local_date(item.service_date)
    return FlagEntry(
        kind=FlagEntry.Kind.AWARD,
        member=item.member,
        delta=item.flags,
        minutes=item.minutes,
        service_date=day,
        year=day.year,
        category=str(item.category),
        organization=item.organization,
        unit_id=_unit_on(day, item, moves),
        source_kind=item.source_kind,
        source_id=item.source_id,
        source_label=str(item.source_label)[:120],
        actor=by,
        verifier=item.verifier,
        reason=item.reason[:LONGEST_REASON],
        key=item.key,
        recorded_at=item.recorded_at or timezone.now(),
    )


@transaction.atomic
def append(lines: Sequence[FlagEntry]) -> list[FlagEntry]:
    """Chain new lines behind the head and write them, the head and the totals.

    What comes in for a record that was merged is carried over to the one that stands for it.
    """
    asked = len(lines)
    if merged := [line for line in lines if line.member.merged_into_id]:
        lines = [*lines, *carrying.on(merged)]
    head = LedgerHead.objects.locked()
    written = FlagEntry.objects.in_bulk([line.key for line in lines], field_name="key")
    known = dict(written)
    fresh = []
    for line in lines:
        if line.key in known:
            _check_same(known[line.key], line)
        else:
            fresh.append(line)
        known.setdefault(line.key, line)
    if fresh:
        rules.check_open(line.year for line in fresh if line.settled_year is None)
        _write(head, fresh)
    return [known[line.key] for line in lines[:asked]]


def _check_same(known: FlagEntry, line: FlagEntry) -> None:
    if any(getattr(known, name) != getattr(line, name) for name in IDENTITY):
        raise KeyReused(_("同一编号（%(key)s）已经写入另一条流水，请刷新页面后重试。") % {"key": line.key})


def _write(head: LedgerHead, lines: list[FlagEntry]) -> None:
    seq, last = head.seq, head.hash
    for line in lines:
        seq += 1
        line.seq, line.previous_hash = seq, last
        last = line.hash = line_hash([getattr(line, name) for name in HASHED])
    FlagEntry.objects.bulk_create(lines, batch_size=BATCH)
    moved = LedgerHead.objects.filter(pk=HEAD, seq=head.seq, hash=head.hash).update(seq=seq, hash=last)
    if moved != 1:
        raise RuntimeError("The ledger's head moved under its lock.")
    _add_to_totals(lines)


def _add_to_totals(lines: Iterable[FlagEntry]) -> None:
    """Read, add, write: safe, since every writer holds the head's lock."""
    lines = list(lines)
    rows = MemberYear.objects.filter(
        member__in={line.member_id for line in lines}, year__in={line.year for line in lines}
    )
    totals = {(row.member_id, row.year): row for row in rows}
    for line in lines:
        place = (line.member_id, line.year)
        total = totals.setdefault(place, MemberYear(member_id=line.member_id, year=line.year))
        total.flags += line.delta
        total.minutes += line.minutes
        total.lines += 1
    changed = [totals[place] for place in {(line.member_id, line.year) for line in lines}]
    for row in changed:
        row.pk = None  # the upsert finds its row by member and year
    MemberYear.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["member", "year"],
        update_fields=["flags", "minutes", "lines"],
    )
