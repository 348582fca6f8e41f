"""Bootstrap without what no page of ours uses: `python -m tools.purge_css` writes it beside the whole file.

A selector stays where every class in it may be on a page: it stands in a class attribute of a template, in a
string of a template's tags, of a script or of the Python that draws HTML. Elements and states stay. Of custom
properties those stay that something still reads. A test compares the committed file with what this makes.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2
from tinycss2 import ast as css

ROOT = Path(__file__).resolve().parent.parent
WHOLE = ROOT / "static" / "vendor" / "bootstrap@5.3.8" / "bootstrap.min.css"
PURGED = WHOLE.with_name("bootstrap.purged.min.css")
# What draws HTML in Python; forms name classes of their widgets.
DRAWING = ("xianfeng/ui/*.py", "*/**/forms.py", "*/**/forms/*.py", "*/**/templatetags/*.py")

TAG = re.compile(r"{[%{#].*?[#}%]}", re.DOTALL)
STRING = re.compile(r"""(["'`])(.*?)\1""", re.DOTALL)
CLASSES = re.compile(r"""\bclass=(["'])(.*?)\1""", re.DOTALL)
WORD = re.compile(r"[A-Za-z_][\w-]*")
NEGATED = re.compile(r":not\([^)]*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
ATTRIBUTE = re.compile(r"\[(data-[\w-]+)")
READ = re.compile(r"var\(\s*(--[\w-]+)")
PROPERTY = re.compile(r"(?<=[{;])(--[\w-]+):[^;{}]*(?:;|(?=}))")
KEYFRAMES = re.compile(r"@keyframes ([\w-]+){(?:[^{}]*{[^{}]*})*}")
EMPTY = re.compile(r"[^{};]+{}")


# --- What pages use -----------------------------------------------------------------------------


def words_of_template(text: str) -> Iterator[str]:
    """Of its class attributes, and of every string in its tags: an include may be handed a class."""
    for tag in TAG.findall(text):
        yield from (word for _quote, string in STRING.findall(tag) for word in WORD.findall(string))
    for _quote, classes in CLASSES.findall(TAG.sub(" ", text)):
        yield from WORD.findall(classes)


def words_of_script(text: str) -> Iterator[str]:
    yield from (word for _quote, string in STRING.findall(text) for word in WORD.findall(string))


def words_of_python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from WORD.findall(node.value)


def used() -> frozenset[str]:
    """Every word that may be a class on a page."""
    found = set[str]()
    for path in (ROOT / "templates").rglob("*.html"):
        found.update(words_of_template(path.read_text(encoding="utf-8")))
    for path in (ROOT / "static" / "js").rglob("*.js"):
        found.update(words_of_script(path.read_text(encoding="utf-8")))
    for path in {path for pattern in DRAWING for path in ROOT.glob(pattern) if "tests" not in path.parts}:
        found.update(words_of_python(path.read_text(encoding="utf-8")))
    return frozenset(found)


# --- What stays of the sheet --------------------------------------------------------------------


def lives(selector: str, words: frozenset[str]) -> bool:
    """Whether an element of ours may match; an attribute of Bootstrap's own scripts is never there."""
    positive = NEGATED.sub("", selector)
    return words.issuperset(CLASS.findall(positive)) and words.issuperset(ATTRIBUTE.findall(positive))


def selectors(prelude: Iterable[Any]) -> list[str]:
    """The parts of a selector list; a comma inside brackets parts nothing."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if isinstance(token, css.LiteralToken) and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def kept(rules: Iterable[Any], words: frozenset[str]) -> Iterator[str]:
    """The rules that may match something, as text."""
    for rule in rules:
        if isinstance(rule, css.QualifiedRule):
            living = [one for one in selectors(rule.prelude) if lives(one, words)]
            if living:
                yield f"{','.join(living)}{{{tinycss2.serialize(rule.content).strip()}}}"
        elif isinstance(rule, css.AtRule):
            yield from kept_at(rule, words)


def kept_at(rule: Any, words: frozenset[str]) -> Iterator[str]:
    head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
    if rule.content is None:
        yield f"{head};"
    elif rule.lower_at_keyword == "keyframes":
        yield f"{head}{{{tinycss2.serialize(rule.content)}}}"
    else:
        inner = "".join(kept(tinycss2.parse_rule_list(rule.content, True, True), words))
        if inner:
            yield f"{head}{{{inner}}}"


def without_unread(sheet: str, others: str) -> str:
    """Custom properties and animations that nothing reads are gone; again, as one may have read another."""
    lean = PROPERTY.sub(lambda found: found[0] if found[1] in READ.findall(sheet + others) else "", sheet)
    lean = KEYFRAMES.sub(lambda found: found[0] if is_named(found[1], sheet) else "", lean)
    lean = EMPTY.sub("", lean)
    return sheet if lean == sheet else without_unread(lean, others)


def is_named(animation: str, sheet: str) -> bool:
    return bool(re.search(rf"animation(?:-name)?:[^;}}]*\b{re.escape(animation)}\b", sheet))


def purged(whole: str, words: frozenset[str], others: str) -> str:
    """The sheet with its licence; `others` are the sheets that may read its properties."""
    licence = re.search(r"/\*!.*?\*/", whole, re.DOTALL)
    rules = tinycss2.parse_stylesheet(whole, skip_comments=True, skip_whitespace=True)
    lean = without_unread("".join(kept(rules, words)), others)
    return f"{licence[0] if licence else ''}\n{lean}\n"


def made() -> str:
    """What the committed file should be."""
    sheets = sorted((ROOT / "static" / "css").rglob("*.css"))
    ours = "".join(path.read_text(encoding="utf-8") for path in sheets)
    return purged(WHOLE.read_text(encoding="utf-8"), used(), ours)


def main() -> None:
    text = made()
    PURGED.write_text(text, encoding="utf-8")
    was, now = WHOLE.stat().st_size / 1024, len(text.encode()) / 1024
    print(f"{PURGED.relative_to(ROOT)}: {now:.1f} KiB of {was:.1f}")


if __name__ == "__main__":
    main()
