"""The census finds what it is meant to find, in a small tree of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import census

PACKAGE = "census_example"  # a name no installed package has: grimp looks it up on sys.path
SETTINGS = f"""
[tool.importlinter]
root_packages = ["{PACKAGE}"]
[tool.ruff.lint.mccabe]
max-complexity = 10
"""
SHORT = "def short() -> None:\n    pass\n"

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Puts files into a tree that keeps every bound until a test breaks one."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write("pyproject.toml", SETTINGS)
    write(f"{PACKAGE}/__init__.py", "")
    write(f"{PACKAGE}/short.py", SHORT * 2)
    write("templates/page.html", "<p>一行</p>\n")
    return write


def function(lines: int) -> str:
    return "def long() -> None:\n" + "    pass\n" * (lines - 1)


def figures(root: Path) -> dict[str, census.Row]:
    return {row.measure: row for row in census.census(root)}


def broken(root: Path) -> dict[str, tuple[str, ...]]:
    return {row.measure: row.names for row in census.census(root) if not row.kept}


def imports(*names: str, inside: str = "") -> str:
    return "".join(f"{inside}from {PACKAGE} import {name}\n" for name in names)


@pytest.mark.usefixtures("write")
def test_a_tidy_tree_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert census.main(tmp_path) == 0
    assert "BROKEN" not in capsys.readouterr().out


def test_a_broken_bound_fails_and_is_named(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("templates/page.html", "x" * 161)
    assert census.main(tmp_path) == 1
    assert "161 characters: templates/page.html:1" in capsys.readouterr().out


def test_more_than_a_tenth_of_long_functions_breaks_the_bound(write: Write, tmp_path: Path) -> None:
    write(f"{PACKAGE}/short.py", SHORT * 9)
    write(f"{PACKAGE}/long.py", function(30))
    assert "Functions under 30 lines" not in broken(tmp_path)
    write(f"{PACKAGE}/short.py", SHORT * 8)
    names = broken(tmp_path)["Functions under 30 lines"]
    assert names[0] == f"30 lines: {PACKAGE}/long.py:1 long"


def test_the_spread_of_lengths_covers_methods_and_nested_functions(write: Write, tmp_path: Path) -> None:
    write(
        f"{PACKAGE}/short.py",
        "class A:\n    async def outer(self):\n        def inner():\n            pass\n",
    )
    rows = figures(tmp_path)
    assert rows["Functions"].figure == "2"
    assert rows["Lines of a function: median / p90 / p99"].figure == "2 / 3 / 3"


def test_a_complex_function_is_found_whatever_its_noqa_says(write: Write, tmp_path: Path) -> None:
    branches = "".join(f"    if a == {number}:\n        return\n" for number in range(10))
    write(f"{PACKAGE}/knot.py", f"def knot(a: int) -> None:  # noqa: C901\n{branches}")
    [name] = broken(tmp_path)["Functions of complexity over 10"]
    assert name.startswith(f"{PACKAGE}/knot.py:1:")


def test_a_circle_is_found_inside_functions_too(write: Write, tmp_path: Path) -> None:
    write(f"{PACKAGE}/one.py", imports("two"))
    write(f"{PACKAGE}/two.py", imports("three"))
    write(f"{PACKAGE}/three.py", "def late() -> None:\n" + imports("one", inside="    "))
    [circle] = broken(tmp_path)["Circles of imports"]
    assert circle.startswith("3 modules: ")
    assert f"{PACKAGE}.three -> {PACKAGE}.one" in circle


def test_imports_for_type_checking_make_no_circle(write: Write, tmp_path: Path) -> None:
    write(f"{PACKAGE}/one.py", imports("two"))
    guard = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
    write(f"{PACKAGE}/two.py", guard + imports("one", inside="    "))
    assert broken(tmp_path) == {}


def test_two_circles_are_told_apart(write: Write, tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")):
        write(f"{PACKAGE}/{one}.py", imports(other))
    assert len(broken(tmp_path)["Circles of imports"]) == 2


def test_a_crowded_folder_is_found_and_a_test_folder_is_a_folder(write: Write, tmp_path: Path) -> None:
    write(f"{PACKAGE}/tests/__init__.py", "")
    for number in range(15):
        write(f"{PACKAGE}/tests/test_{number}.py", SHORT)
    assert broken(tmp_path) == {}
    write(f"{PACKAGE}/tests/test_15.py", SHORT)
    assert broken(tmp_path)["Most code files in one folder"] == (f"16 files: {PACKAGE}/tests",)


def test_migrations_are_nobodys_style(write: Write, tmp_path: Path) -> None:
    for number in range(16):
        write(f"{PACKAGE}/migrations/{number}.py", function(40))
    assert broken(tmp_path) == {}


def test_a_template_line_is_measured_in_characters_not_bytes(write: Write, tmp_path: Path) -> None:
    write("templates/mails/notice.txt", "旗" * 160)
    assert broken(tmp_path) == {}
    write("templates/mails/notice.txt", "旗" * 161)
    assert broken(tmp_path)["Longest template line"] == ("161 characters: templates/mails/notice.txt:1",)


def test_long_files_are_listed_without_a_bound(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("static/css/all.css", "\n" * 501)
    write("static/vendor/theirs.css", "\n" * 501)
    assert census.main(tmp_path) == 0
    printed = capsys.readouterr().out
    assert "501 lines: static/css/all.css" in printed
    assert "theirs" not in printed


def test_a_long_list_of_offenders_is_cut_short(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("templates/page.html", ("x" * 161 + "\n") * 25)
    census.main(tmp_path)
    assert "and 5 more" in capsys.readouterr().out
