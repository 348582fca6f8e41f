"""`python -m tools.mutants [--third] [name …]`: every mutant against its tests, two at a time.

Works on copies of the tree with a test database each, which is kept from mutant to mutant. At the end the
tests that failed run on the code as it is: a mutant is killed only by a test that passes without it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit

from tools.mutants.kept import MUTANTS, third
from tools.mutants.mutant import Mutant, Stale

ROOT = Path(__file__).resolve().parents[2]
MARKS = "not browser and not processes"
PASSED = 0  # what pytest exits with
KILLERS = Path(__file__).with_name("killers.json")  # the file whose test killed it last: it is asked first


@dataclass
class Verdict:
    said: str
    by: list[str] = field(default_factory=list)  # tests that failed


class Tree:
    """A copy of the checkout in which one mutant at a time is tried."""

    def __init__(self, root: Path, number: int) -> None:
        self.root, self.number, self.has_database = root, number, False
        for name in tracked():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)

    def test(self, *tests: str, first: bool = True) -> subprocess.CompletedProcess[str]:
        """To the first failure, or all. The database is made by the first run, and used by the others."""
        database = "--reuse-db" if self.has_database else "--create-db"
        self.has_database = True
        shutil.rmtree(self.root / ".pytest_cache", ignore_errors=True)
        options = ["-q", "-m", MARKS, "-o", "addopts=", "--reuse-db", database]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, *(["-x"] if first else []), *tests],
            cwd=self.root, env=self.environment(), text=True, capture_output=True, check=False,
        )  # fmt: skip

    def failed(self) -> list[str]:
        """What failed in the last run, as pytest names it."""
        kept = self.root / ".pytest_cache/v/cache/lastfailed"
        return list(json.loads(kept.read_text())) if kept.exists() else []

    def environment(self) -> dict[str, str]:
        """Its own test database, since trees work side by side; nothing left over from a run of ours."""
        url = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/mutants{self.number}").geturl()
        kept = {name: value for name, value in os.environ.items() if name not in ("TEST_VAR_DIR", "VAR_DIR")}
        return {**kept, "TEST_DATABASE_URL": url, "REDIS_DB": str(2 * self.number)}

    def in_order(self, mutant: Mutant) -> list[str]:
        killer = str(json.loads(KILLERS.read_text()).get(mutant.name, ""))
        return [*([killer] if killer and (self.root / killer).is_file() else []), *mutant.tests]

    def try_out(self, mutant: Mutant) -> Verdict:
        """ "killed", "survived", "stale" or "broken": without a verdict, since no test ran."""
        path = self.root / mutant.path
        whole = path.read_text(encoding="utf-8")
        try:
            path.write_text(mutant.source(self.root), encoding="utf-8")
        except Stale as error:
            return Verdict(f"stale: {error}")
        try:
            done = self.test(*self.in_order(mutant))
        finally:
            path.write_text(whole, encoding="utf-8")
        if done.returncode == PASSED:
            return Verdict("survived")
        if killers := self.failed():
            return Verdict("killed", killers)
        return Verdict(f"broken\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def tracked() -> list[str]:
    """Files of the checkout, new ones too; some have Chinese names, which Git quotes unless told not to."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]


@contextmanager
def trees(count: int) -> Iterator[SimpleQueue[Tree]]:
    with tempfile.TemporaryDirectory(prefix="xianfeng-mutants-") as folder:
        free: SimpleQueue[Tree] = SimpleQueue()
        for number in range(count):
            free.put(Tree(Path(folder) / str(number), number))
        yield free


@contextmanager
def one_of(free: SimpleQueue[Tree]) -> Iterator[Tree]:
    tree = free.get()
    try:
        yield tree
    finally:
        free.put(tree)


def verdicts(chosen: list[Mutant], free: SimpleQueue[Tree], count: int) -> dict[str, Verdict]:
    def judge(mutant: Mutant) -> tuple[str, Verdict]:
        with one_of(free) as tree:
            verdict = tree.try_out(mutant)
        print(f"{verdict.said.splitlines()[0]:9} {mutant.name} {' '.join(verdict.by)}", flush=True)
        return mutant.name, verdict

    with ThreadPoolExecutor(count) as pool:
        return dict(pool.map(judge, chosen))


def check_killers(found: dict[str, Verdict], free: SimpleQueue[Tree]) -> None:
    """A test that fails without its mutant as well has killed nothing."""
    killers = sorted({test for verdict in found.values() for test in verdict.by})
    if not killers:
        return
    with one_of(free) as tree:
        tree.test(*killers, first=False)
        failing = set(tree.failed())
    for verdict in found.values():
        if failing.intersection(verdict.by):
            verdict.said = f"broken: {', '.join(verdict.by)} fails without it"


def remember(found: dict[str, Verdict]) -> None:
    known = json.loads(KILLERS.read_text())
    known |= {name: verdict.by[0].partition("::")[0] for name, verdict in found.items() if verdict.by}
    names = {mutant.name for mutant in MUTANTS}
    kept = {name: known[name] for name in sorted(known) if name in names}
    KILLERS.write_text(json.dumps(kept, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("names", nargs="*", help="parts of names; none means all")
    parser.add_argument("--third", action="store_true", help="today's third")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    chosen = third(int(time.time() // 86_400)) if asked.third else list(MUTANTS)
    if asked.names:
        chosen = [mutant for mutant in chosen if any(name in mutant.name for name in asked.names)]
    with trees(asked.workers) as free:
        found = verdicts(chosen, free, asked.workers)
        check_killers(found, free)
    remember(found)
    left = {name: verdict.said for name, verdict in found.items() if verdict.said != "killed"}
    print(f"{len(found)} mutants, {len(found) - len(left)} killed, {len(left)} not")
    if left:
        raise SystemExit("\n".join(f"{name}: {said}" for name, said in left.items()))


if __name__ == "__main__":
    main()
