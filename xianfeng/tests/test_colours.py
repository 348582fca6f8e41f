"""Colours are said once: as tokens, and named as tokens wherever no stylesheet reaches."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xianfeng.lib.palette import COLOURS

ROOT = Path(__file__).resolve().parents[2]
TOKENS = ROOT / "static" / "css" / "tokens.css"
STYLES = sorted(set((ROOT / "static" / "css").rglob("*.css")) - {TOKENS})
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
PYTHON = sorted(
    path
    for package in ROOT.glob("*/__init__.py")
    for path in package.parent.rglob("*.py")
    if path != ROOT / "xianfeng" / "lib" / "palette.py"
)

LITERAL = r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\("
# The names people write; a property like `white-space` or a class like `.black-list` is no colour.
NAMED = (
    r"(?<![\w-])(?:white|black|red|green|blue|gr[ae]y|silver|yellow|orange|gold|purple|pink|brown|navy|maroon)"
    r"(?![\w-])"
)
IN_STYLES = re.compile(rf"{LITERAL}|{NAMED}", re.I)
# In a page only what stands as a value is a colour: `href="#main"` and words of the text are none.
ATTRIBUTE = r"\b(?:fill|stroke|color|bgcolor|content|stop-color|style)"
IN_TEMPLATES = re.compile(rf"""{ATTRIBUTE}\s*=\s*["'][^"']*?(?:{LITERAL}|{NAMED})""", re.I)


def declarations(css: str) -> str:
    """A stylesheet without its comments, strings and selectors."""
    bare = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", css, flags=re.S)
    return "\n".join(re.findall(r"[\w-]+\s*:[^;{}]*;", bare))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_stylesheet_uses_the_tokens_only(path: Path):
    assert IN_STYLES.findall(declarations(path.read_text(encoding="utf-8"))) == []


def test_no_template_names_a_colour_of_its_own():
    assert len(TEMPLATES) > 150
    found = {
        str(path.relative_to(ROOT)): hits
        for path in TEMPLATES
        if (hits := IN_TEMPLATES.findall(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def strings(source: str) -> Iterator[str]:
    """The texts of a module without those that explain it."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def colours_in(source: str) -> list[str]:
    return [hit for text in strings(source) for hit in re.findall(LITERAL, text, re.I)]


def test_no_module_but_the_palette_writes_a_colour_of_its_own():
    assert len(PYTHON) > 400
    found = {
        str(path.relative_to(ROOT)): hits
        for path in PYTHON
        if (hits := colours_in(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("colour", ["C8161D", "fff"])
@pytest.mark.parametrize("source", ["x = '{}'", "x = f'<i fill=\"{}\">{{y}}</i>'", "put(font_color='{}')"])
def test_a_colour_written_in_a_module_would_be_found(source: str, colour: str):
    assert colours_in(source.format("#" + colour)) == ["#" + colour]
    assert colours_in(f'"""Why it is not #{colour}."""') == []


def values() -> dict[str, str]:
    """Each token of tokens.css by name, #abc written out as #aabbcc."""
    found = re.findall(r"--([\w-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8"))
    return {name: re.sub(r"^#(\w)(\w)(\w)$", r"#\1\1\2\2\3\3", value) for name, value in found}


def test_the_palette_is_that_of_the_tokens():
    tokens = values()
    assert {name: tokens[name] for name in COLOURS} == COLOURS


def test_every_variable_that_a_stylesheet_reads_is_set_somewhere():
    """An unknown variable is no error in CSS: the colour would silently be gone."""
    sheets = {path: path.read_text(encoding="utf-8") for path in (TOKENS, *STYLES)}
    set_here = {name for css in sheets.values() for name in re.findall(r"(--[\w-]+)\s*:", css)}
    read = {name for css in sheets.values() for name in re.findall(r"var\((--[\w-]+)\)", css)}
    assert sorted(read - set_here) == []
