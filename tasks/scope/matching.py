"""Whether a text says what a rule is about: pure, without a model, quick enough for every keystroke.

A rule is written by a secretary, one line a way of saying it::

    录入、填报 + 表格、台账
    迎接…检查

A line's parts, divided by +, must all stand in one sentence, in whatever order; of a part's words, divided
by 、, any. … stands for up to three characters. Where an exception, written alike, stands in the same
sentence, that sentence does not count.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

GAP = r"[^，,、。]{0,3}"  # "…": up to three characters, and no pause
SENTENCE = re.compile(r"[。；;！!？?\n]+")
BLANKS = re.compile(r"\s+")
WORDS, PARTS, DOTS = re.compile(r"[、，,]"), re.compile(r"[+＋]"), re.compile(r"…+|\.{2,}")
SHORTEST = 2  # characters of a word that stands alone: one would be found everywhere


class Unreadable(ValueError):
    """A line that is no way of saying anything; the message is the line."""


@dataclass(frozen=True)
class Line:
    """One way of saying it: each part with its words as one pattern."""

    parts: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, written: str) -> Self:
        parts = [[word.strip() for word in WORDS.split(part)] for part in PARTS.split(written)]
        words = [[word for word in part if word] for part in parts]
        too_short = len(words) == 1 and any(len(word) < SHORTEST for word in words[0])
        if too_short or not all(words):
            raise Unreadable(written.strip())
        return cls(tuple(pattern_of(part) for part in words))

    def found_in(self, sentence: str) -> list[str]:
        """The words that were found, one for each part; empty where one is missing."""
        found = [part.search(sentence) for part in self.parts]
        return [hit.group() for hit in found if hit] if all(found) else []


def pattern_of(words: list[str]) -> re.Pattern[str]:
    # The longest first: it says most of what was found.
    return re.compile("|".join(map(word_pattern, sorted(words, key=len, reverse=True))))


def word_pattern(word: str) -> str:
    return GAP.join(re.escape(plain(piece)) for piece in DOTS.split(word))


@dataclass(frozen=True)
class Matcher:
    """All that a rule says, read once."""

    lines: tuple[Line, ...]
    exceptions: tuple[Line, ...]

    @classmethod
    def of(cls, words: str, exceptions: str = "") -> Self:
        """Raises Unreadable."""
        return cls(tuple(lines_of(words)), tuple(lines_of(exceptions)))

    def hit(self, text: str) -> str:
        """What was found in the first sentence that counts, as “录入…表格”; "" where none does."""
        return next((found for sentence in SENTENCE.split(plain(text)) if (found := self._in(sentence))), "")

    def _in(self, sentence: str) -> str:
        found = next((found for line in self.lines if (found := line.found_in(sentence))), [])
        if not found or any(line.found_in(sentence) for line in self.exceptions):
            return ""
        return "…".join(dict.fromkeys(found))


# A city has some dozen rules, and each is read again only after it was changed.
@lru_cache(maxsize=256)
def matcher_of(words: str, exceptions: str) -> Matcher:
    return Matcher.of(words, exceptions)


def lines_of(written: str) -> Iterator[Line]:
    return (Line.of(line) for line in written.splitlines() if line.strip())


def plain(text: str) -> str:
    """Full and half width, capitals and blanks make no difference; a line break ends a sentence."""
    lines = unicodedata.normalize("NFKC", text).casefold().splitlines()
    return "\n".join(BLANKS.sub("", line) for line in lines)
