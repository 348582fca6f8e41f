"""The tables of docs/安全 leave no requirement out, no cell empty, and name what exists."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from xianfeng.lib.rooms import ROOT

FOLDER = ROOT / "docs" / "安全"
ASVS, GRADE = FOLDER / "ASVS.md", FOLDER / "等保二级.md"
# Numbers and levels of ASVS 5.0.0, levels 1 and 2; what they ask is OWASP's to say.
NUMBERS = Path(__file__).with_name("asvs-5.0.csv")
TABLES = [pytest.param(ASVS, 6, "v5.0.0-", id="ASVS"), pytest.param(GRADE, 5, "7.1.", id="等保")]
VERDICTS = {"符合", "部署", "不适用", "未达到"}
NAMED = re.compile(r"`([^`]+)`")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)+|[\w-]+\.(txt|md|in)|\.env\.example")
TEST = re.compile(r"(?P<path>[\w/.-]+\.py)::(?P<name>\w+)")


def rows(page: Path, start: str) -> list[list[str]]:
    lines = page.read_text().splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith(f"| {start}")
    ]


def verdict(row: list[str]) -> str:
    return row[-3]


def test_every_requirement_of_the_standard_stands_there_once_with_its_level():
    with NUMBERS.open() as file:
        asked = [(f"v5.0.0-{line['number']}", line["level"]) for line in csv.DictReader(file)]
    assert len(asked) == len(set(asked)) == 253
    assert [(row[0], row[1]) for row in rows(ASVS, "v5.0.0-")] == asked


@pytest.mark.parametrize(("page", "width", "start"), TABLES)
def test_no_cell_is_empty_and_every_verdict_is_known(page: Path, width: int, start: str):
    found = rows(page, start)
    assert len(found) > 30
    assert len({row[0] for row in found}) == len(found)
    for row in found:
        assert len(row) == width and all(row), row[0]
        assert verdict(row) in VERDICTS, row[0]


@pytest.mark.parametrize(("page", "width", "start"), TABLES)
def test_the_figures_at_the_top_are_those_of_the_table(page: Path, width: int, start: str):
    counted = Counter(verdict(row) for row in rows(page, start))
    told = re.findall(r"^\| (\S+) \| [^|]+ \| (\d+) \|$", page.read_text(), re.MULTILINE)
    assert {name: int(figure) for name, figure in told} == counted


@pytest.mark.parametrize(("page", "width", "start"), TABLES)
def test_what_is_not_kept_is_listed_at_the_top_in_the_words_of_the_table(page: Path, width: int, start: str):
    listed = re.findall(r"^- \*\*(.+?)\*\*\((.+?)\)(.+)。$", page.read_text(), re.MULTILINE)
    missing = [row for row in rows(page, start) if verdict(row) == "未达到"]
    assert listed == [
        (row[0].removeprefix("v5.0.0-"), verdict(row), f"{row[-4]}:{row[-2]}") for row in missing
    ]
    assert missing


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.stem)
def test_every_file_and_every_test_that_is_named_exists(page: Path):
    for name in NAMED.findall(page.read_text()):
        if test := TEST.fullmatch(name):
            assert test["name"] in functions(ROOT / test["path"]), name
        elif PATH.fullmatch(name) and not name.startswith(("var/", "/", "static/vendor/<")):
            assert (ROOT / name).exists(), name


@cache
def functions(path: Path) -> frozenset[str]:
    found = ast.walk(ast.parse(path.read_bytes()))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("page", "width", "start"), TABLES)
def test_what_is_kept_names_where_or_says_that_it_was_read(page: Path, width: int, start: str):
    for row in rows(page, start):
        named = TEST.search(row[-1]) or row[-1] in ("文档", "读码核对")
        assert named, row[0]
