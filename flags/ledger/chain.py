"""The chain of hashes: whether every line is as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass

from flags.models import AssessmentRun, FlagEntry, LedgerHead
from flags.models.ledger import HEAD
from flags.models.sealing import HASHED, line_hash

CHUNK = 2000  # lines a read while verifying
# What reading a stored value that is no date or number at all raises (SQLite stores anything).
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)


@dataclass(frozen=True)
class Report:
    """Outcome of reading the whole chain; `first_bad` is the first number that does not hold."""

    entries: int
    ok: bool
    first_bad: int | None


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
