"""What one mutant is: a guard of one file written otherwise, and the tests that must then fail."""

from dataclasses import dataclass
from pathlib import Path


class Stale(Exception):
    """The code has moved on: the guard does not stand there any more, or stands there twice."""


@dataclass(frozen=True)
class Mutant:
    """`tests` are as pytest takes them; a mutant that they all survive is a guard that nothing holds."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()  # where a guard stands in two places, each of which is enough

    def source(self, root: Path) -> str:
        """The file without the guard. Raises Stale."""
        text = (root / self.path).read_text(encoding="utf-8")
        for old, new in ((self.old, self.new), *self.more):
            if text.count(old) != 1:
                raise Stale(f"{self.name}: {self.path} has {text.count(old)} of {old!r}")
            text = text.replace(old, new)
        return text


def mutant(name: str, path: str, old: str, new: str, *tests: str) -> Mutant:
    """One line of a kept list: another text in the guard's place."""
    return Mutant(name, path, old, new, tests)


def off(name: str, path: str, condition: str, *tests: str) -> Mutant:
    """A refusal that never comes: `if condition:` is never true."""
    return Mutant(name, path, f"if {condition}:", "if False:", tests)


def ignored(name: str, path: str, call: str, *tests: str) -> Mutant:
    """A check that nobody makes: its line does nothing."""
    return Mutant(name, path, f"    {call}\n", "    pass\n", tests)
