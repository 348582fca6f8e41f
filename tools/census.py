"""How large and how tangled the code is, held against bounds; `make lint` prints it.

A reader meets one function, one folder, one template at a time, so these are what is measured. Run from
the repository's root: `python -m tools.census`. Exit code 1 when a bound is broken.
"""

import ast
import statistics
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).resolve().parent.parent
SHORT_FUNCTION = 30  # lines, signature and docstring included, are not short any more
SHORT_SHARE = 0.9
FOLDER_FILES = 15
TEMPLATE_LINE = 160  # characters
LONG_FILE = 500  # lines; worth a look, not forbidden
MOST_NAMED = 20  # offenders of one bound; fixing these brings the rest up

Place = tuple[int, str]
Settings = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table; `names` are printed below it when there is something to look at."""

    measure: str
    figure: str
    bound: str = ""
    kept: bool = True
    names: tuple[str, ...] = ()


def read_settings(root: Path) -> Settings:
    """What pyproject.toml tells the tools: the packages and the limit of complexity stand there already."""
    tools: Settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    return tools


def modules(root: Path, packages: Iterable[str]) -> list[Path]:
    """Python files that people write; generated migrations are nobody's style."""
    found = (path for package in packages for path in (root / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def templates(root: Path) -> list[Path]:
    return sorted(path for path in (root / "templates").rglob("*") if path.is_file())


def browser_files(root: Path) -> list[Path]:
    """Our scripts and styles; what stands under static/vendor/ is other people's."""
    return sorted([*(root / "static" / "js").rglob("*.js"), *(root / "static" / "css").rglob("*.css")])


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def function_lengths(root: Path, files: Iterable[Path]) -> Iterator[Place]:
    for path in files:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield length, f"{path.relative_to(root)}:{node.lineno} {node.name}"


def length_rows(root: Path, files: Iterable[Path]) -> list[Row]:
    places = sorted(function_lengths(root, files), reverse=True)
    lengths = [length for length, _name in places]
    percentiles = statistics.quantiles(lengths, n=100, method="inclusive")
    share = sum(length < SHORT_FUNCTION for length in lengths) / len(lengths)
    spread = " / ".join(f"{percentiles[percent - 1]:.0f}" for percent in (50, 90, 99))
    return [
        Row("Functions", str(len(lengths))),
        Row("Lines of a function: median / p90 / p99", spread),
        Row(
            f"Functions under {SHORT_FUNCTION} lines",
            f"{share:.1%}",
            f">= {SHORT_SHARE:.0%}",
            share >= SHORT_SHARE,
            tuple(f"{length} lines: {name}" for length, name in places),
        ),
    ]


def complexity_row(root: Path, packages: Iterable[str], limit: int) -> Row:
    """Ruff counts, by the limit of pyproject.toml; a `noqa` does not make a function simpler."""
    command = ["ruff", "check", "--select=C901", "--ignore-noqa", "--quiet", "--output-format=concise"]
    done = subprocess.run(
        [sys.executable, "-m", *command, *packages], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    found = tuple(done.stdout.splitlines())
    return Row(f"Functions of complexity over {limit}", str(len(found)), "0", not found, found)


def import_graph(packages: Iterable[str]) -> grimp.ImportGraph:
    """Imports inside functions count, as they only hide a circle; those under TYPE_CHECKING never run."""
    return grimp.build_graph(*packages, exclude_type_checking_imports=True, cache_dir=None)


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Groups of modules each of which reaches all the others."""
    groups = {
        frozenset({module, *around})
        for module in graph.modules
        if (around := graph.find_upstream_modules(module) & graph.find_downstream_modules(module))
    }
    return sorted(sorted(group) for group in groups)


def imports_within(graph: grimp.ImportGraph, group: list[str]) -> str:
    """The imports of a circle, one of which has to go."""
    inside = ((one, graph.find_modules_directly_imported_by(one) & set(group)) for one in group)
    return "; ".join(f"{importer} -> {', '.join(sorted(imported))}" for importer, imported in inside)


def circles_row(packages: Iterable[str]) -> Row:
    graph = import_graph(packages)
    found = circles(graph)
    names = tuple(f"{len(group)} modules: {imports_within(graph, group)}" for group in found)
    return Row("Circles of imports", str(len(found)), "0", not found, names)


def folders_row(root: Path, files: Iterable[Path]) -> Row:
    counts = Counter(path.parent.relative_to(root) for path in files if path.name != "__init__.py")
    crowded = tuple(
        f"{count} files: {folder}" for folder, count in counts.most_common() if count > FOLDER_FILES
    )
    most = max(counts.values(), default=0)
    return Row("Most code files in one folder", str(most), f"<= {FOLDER_FILES}", not crowded, crowded)


def template_row(root: Path) -> Row:
    widths = [
        (len(line), f"{path.relative_to(root)}:{number}")
        for path in templates(root)
        for number, line in enumerate(lines(path), start=1)
    ]
    wide = tuple(
        f"{width} characters: {place}"
        for width, place in sorted(widths, reverse=True)
        if width > TEMPLATE_LINE
    )
    longest = max(widths, default=(0, ""))[0]
    return Row("Longest template line", str(longest), f"<= {TEMPLATE_LINE}", not wide, wide)


def long_files_row(root: Path, files: Iterable[Path]) -> Row:
    lengths = [(len(lines(path)), str(path.relative_to(root))) for path in files]
    long = tuple(
        f"{length} lines: {name}" for length, name in sorted(lengths, reverse=True) if length > LONG_FILE
    )
    return Row(f"Files over {LONG_FILE} lines", str(len(long)), names=long)


def census(root: Path) -> list[Row]:
    settings = read_settings(root)
    packages = settings["importlinter"]["root_packages"]
    limit = settings["ruff"]["lint"]["mccabe"]["max-complexity"]
    files = modules(root, packages)
    return [
        *length_rows(root, files),
        complexity_row(root, packages, limit),
        circles_row(packages),
        folders_row(root, files),
        template_row(root),
        long_files_row(root, [*files, *templates(root), *browser_files(root)]),
    ]


def show(rows: Iterable[Row]) -> None:
    for row in rows:
        print(f"  {row.measure:<40} {row.figure:>12}   {row.bound:<8}{'' if row.kept else 'BROKEN'}".rstrip())
        if not row.kept or not row.bound:
            show_names(row.names)


def show_names(names: tuple[str, ...]) -> None:
    for name in names[:MOST_NAMED]:
        print(f"      {name}")
    if len(names) > MOST_NAMED:
        print(f"      and {len(names) - MOST_NAMED} more")


def main(root: Path = ROOT) -> int:
    rows = census(root)
    show(rows)
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
