"""One name for one thing: `python -m tools.words` lists every place that says what docs/用语.md says not to.

The glossary's tables are the rules: the column 不说, the phrases of 例外 in which such a word is another one,
and the files that are not looked at. Python is read for its strings, docstrings and comments apart.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "用语.md"
FOLDERS = (
    "xianfeng", "notices", "members", "flags", "wishes", "tasks", "reports", "tools",
    "templates", "static/js", "locale", "docs", "deploy",
)  # fmt: skip
KINDS = {".py", ".html", ".txt", ".md", ".js", ".po", ".yml", ".sh", ".csv"}

QUOTED = re.compile(r"`([^`]+)`")
# Line breaks stay, for the number of the line.
TEMPLATE_COMMENT = re.compile(r"{#.*?#}|{% comment.*?endcomment %}", re.DOTALL)

type Line = tuple[int, str]
type Table = list[dict[str, str]]


@dataclass(frozen=True)
class Glossary:
    """`instead` has the term for every word that is not said."""

    terms: tuple[str, ...]
    instead: dict[str, str]
    exceptions: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]

    @cached_property
    def phrases(self) -> list[str]:
        """What may be written although a word that is not said is part of it; the longest first."""
        inside = [term for term in self.terms if any(word in term for word in self.instead)]
        return sorted([*inside, *(phrase for _word, phrase in self.exceptions)], key=len, reverse=True)

    def words_in(self, text: str) -> list[str]:
        for phrase in self.phrases:
            text = text.replace(phrase, "\0")
        return [word for word in self.instead if word in text]


@dataclass(frozen=True)
class Place:
    """Where a word stands that is not said."""

    path: str
    line: int
    word: str
    term: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word} → {self.term}"


# --- The glossary -------------------------------------------------------------------------------


def tables(page: str, first: str) -> Table:
    """The rows of every table whose first column has that heading, by heading."""
    found: Table = []
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        heads, _rule, *rows = [cells(line) for line in block.splitlines()]
        if heads[0] == first:
            found += [dict(zip(heads, row, strict=True)) for row in rows]
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def parse(page: str) -> Glossary:
    """Raises ValueError for a row that has a cell too many or too few."""
    entries, exceptions = tables(page, "说"), tables(page, "不说的词")
    return Glossary(
        terms=tuple(term for row in entries for term in row["说"].split("、")),
        instead={word: row["说"] for row in entries for word in QUOTED.findall(row["不说"])},
        exceptions=tuple(
            (QUOTED.findall(row["不说的词"])[0], phrase)
            for row in exceptions
            for phrase in QUOTED.findall(row["可以写"])
        ),
        unread=tuple(QUOTED.findall(row["文件"])[0] for row in tables(page, "文件")),
    )


def glossary() -> Glossary:
    return parse(GLOSSARY.read_text(encoding="utf-8"))


# --- What people read ---------------------------------------------------------------------------


def files(rules: Glossary) -> Iterator[Path]:
    """What holds text for people, but for what the glossary leaves out."""
    found = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    for path in sorted(found):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in KINDS and not any(fnmatch(name, pattern) for pattern in rules.unread):
            yield path


def lines_of(name: str, text: str) -> list[Line]:
    if name.endswith(".py"):
        return list(strings(ast.parse(text)))
    if name.startswith("templates/"):
        text = TEMPLATE_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    return list(enumerate(text.splitlines(), start=1))


def strings(tree: ast.Module) -> Iterator[Line]:
    """Every string a program may show, with its line; a string that is a statement is a docstring."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def places_in(name: str, text: str, rules: Glossary) -> list[Place]:
    """What a file of that name says though it is not said."""
    return [
        Place(name, line, word, rules.instead[word])
        for line, said in lines_of(name, text)
        for word in rules.words_in(said)
    ]


def places() -> list[Place]:
    """All of them, in the files as they are now."""
    rules, found = glossary(), list[Place]()
    for path in files(rules):
        found += places_in(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"), rules)
    return found


def main() -> int:
    found = places()
    for place in found:
        print(place)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
