"""The chain of hashes: how a line is sealed, and whether every line is as it was written."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flags.models import AssessmentRun, FlagEntry, LedgerHead

HEAD = 1  # primary key of the only LedgerHead row
CHUNK = 2000  # lines a read while verifying
# What reading a stored value that is no date or number at all raises (SQLite stores anything).
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)
# Every column but the hash itself, in the order it is serialised. The order is part of the format.
HASHED = (
    "seq", "kind", "member_id", "delta", "minutes", "service_date", "year", "category",
    "organization_id", "unit_id", "source_kind", "source_id", "source_label", "actor_id",
    "verifier_id", "reason", "reverses_id", "settled_year", "key", "recorded_at", "previous_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """Outcome of reading the whole chain; `first_bad` is the first number that does not hold."""

    entries: int
    ok: bool
    first_bad: int | None


def line_hash(values: Sequence[Any]) -> str:
    """SHA-256 over a line's columns (`HASHED`), with the same bytes on every database."""
    text = json.dumps(list(values), ensure_ascii=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"A ledger column holds a {type(value).__name__}.")


def verify() -> Report:
    """Read every line once and compare it with its hash, its neighbour and its number.

    The head tells of lines cut off at the end; settled years tell of a chain that was rewritten
    whole. Safe beside writers: lines behind the head as it was read first are only chained.
    """
    expected = _expected()
    count, last, bad = 0, "0" * 64, None
    try:
        for seq, previous, own, actual in _hashed_lines():
            count += 1
            holds = seq == count and previous == last and own == actual and expected.get(seq, {own}) == {own}
            if bad is None and not holds:
                bad = min(seq, count)
            last = own
    except UNREADABLE:
        bad = bad or count + 1
    bad = bad or _cut_off(count, expected)
    return Report(FlagEntry.objects.count(), bad is None, bad)


def _expected() -> dict[int, set[str]]:
    """Hashes that the head and the settled years remember, by number."""
    heads = LedgerHead.objects.filter(pk=HEAD, seq__gt=0).values_list("seq", "hash")
    runs = AssessmentRun.objects.filter(state=AssessmentRun.State.SETTLED, ledger_seq__gt=0)
    found: dict[int, set[str]] = {}
    for seq, value in (*heads, *runs.values_list("ledger_seq", "ledger_hash")):
        found.setdefault(seq, set()).add(value)
    return found


def _cut_off(count: int, expected: dict[int, set[str]]) -> int | None:
    """The first number missing at the end, or the first line that the head does not know."""
    if max(expected, default=0) > count:
        return count + 1
    head = LedgerHead.objects.filter(pk=HEAD).values_list("seq", flat=True).first()
    return None if head is not None and head >= count else (head or 0) + 1


def _hashed_lines() -> Iterator[tuple[int, str, str, str]]:
    """Number, previous hash, stored hash and computed hash of every line, in order."""
    rows = FlagEntry.objects.order_by("seq").values_list(*HASHED, "hash")
    for row in rows.iterator(chunk_size=CHUNK):
        yield row[0], row[-2], row[-1], line_hash(row[:-1])
