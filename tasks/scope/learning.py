"""What a title is like: weighed against titles that are service, and such as are not. No model here.

Rules say a thing in words that somebody thought of; people say it in others. So a title that no rule finds
is compared with examples (naive Bayes over characters and pairs of them, McCallum & Nigam 1998): those that
came with the platform, and those that the city wrote beside its rules. What is far likelier no service than
service is worth a word while it is written, never more, and names the example that it is most like.
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from tasks.scope.matching import plain

FILE = Path(__file__).parent / "examples.tsv"
MARKS = re.compile(r"\W+")
# A natural logarithm: e⁴ ≈ 55 times as likely. Of an honest title nobody should have to give account.
FAR_LIKELIER = 4.0
SMOOTHING = 0.5  # what was never seen is not impossible


@dataclass(frozen=True)
class Example:
    title: str
    rule: str = ""  # the code of the rule that it is an example of; none where it is service


def pieces(title: str) -> frozenset[str]:
    """Its characters and pairs of neighbours."""
    text = MARKS.sub("", plain(title))
    return frozenset(text) | {text[at : at + 2] for at in range(len(text) - 1)}


@dataclass(frozen=True)
class Judge:
    """Learned once from all examples."""

    outside: Sequence[Example]
    counts: Mapping[bool, Counter[str]]
    sizes: Mapping[bool, int]

    @classmethod
    def learn(cls, examples: Iterable[Example]) -> Self:
        """Examples of a rule are outside, the others inside."""
        known = list(examples)
        counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for one in known:
            counts[bool(one.rule)].update(pieces(one.title))
        sizes = Counter(bool(one.rule) for one in known)
        return cls([one for one in known if one.rule], counts, {True: sizes[True], False: sizes[False]})

    def odds(self, title: str) -> float:
        """The logarithm of how much likelier it is no service than service."""
        prior = self._log(self.sizes[True] + 1, self.sizes[False] + 1)
        return prior + sum(self._weight(piece) for piece in pieces(title))

    def like(self, title: str) -> Example | None:
        """The example outside that a title is most like, where it is far likelier no service."""
        if not self.outside or self.odds(title) < FAR_LIKELIER:
            return None
        own = pieces(title)
        return max(self.outside, key=lambda one: nearness(own, pieces(one.title)))

    def _weight(self, piece: str) -> float:
        outside, inside = (
            (self.counts[side][piece] + SMOOTHING) / (self.sizes[side] + 2 * SMOOTHING)
            for side in (True, False)
        )
        return self._log(outside, inside)

    @staticmethod
    def _log(part: float, whole: float) -> float:
        return math.log(part / whole)


def nearness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared pieces, as a part of all (Jaccard)."""
    return len(one & other) / len(one | other)


@lru_cache(maxsize=1)
def shipped() -> tuple[tuple[str, bool], ...]:
    """Titles that came with the platform, and whether each is service."""
    with FILE.open(encoding="utf-8") as lines:
        return tuple((row["title"], row["label"] == "in") for row in csv.DictReader(lines, delimiter="\t"))
