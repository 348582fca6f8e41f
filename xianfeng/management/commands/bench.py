"""`manage.py bench`: measure the platform's figures on scratch databases (never on the one in use)."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xianfeng.lib.machine.embedded import Valkey

# Parts in order; a part finds what the one before it left, in a database of its own per list.
PLANS = (("imports",), ("model_city", "assessing", "lists", "exports", "claiming", "assessing_tenfold"))
POSTGRES_ONLY = {"claiming"}
ENVIRONMENT = {"ENVIRONMENT": "test", "DEBUG": "false", "SECURE": "false", "LOG_LEVEL": "WARNING"}


class Command(BaseCommand):
    help = "Measure the platform's figures on scratch databases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("parts", nargs="*", help="only these parts")
        parser.add_argument("--on", choices=["sqlite", "postgres", "both"], default="both")
        parser.add_argument(
            "--inside", action="store_true", help="run the parts on DATABASE_URL (used internally)"
        )

    def handle(self, *args: Any, parts: list[str], on: str, inside: bool, **options: Any) -> None:
        if inside:
            return self.run_inside(parts)
        kinds = ("sqlite", "postgres") if on == "both" else (on,)
        failed = sum(self.run_plan(kind, wanted) for kind in kinds for wanted in chosen(kind, parts))
        if failed:
            raise CommandError(f"{failed} figures out of bounds")
        return None

    def run_inside(self, parts: list[str]) -> None:
        call_command("migrate", verbosity=0)
        for part in parts:
            for figure in import_module(f"tools.bench.{part}").measure():
                print(json.dumps(figure.as_dict()), flush=True)  # noqa: T201

    def run_plan(self, kind: str, parts: list[str]) -> int:
        """One process on one fresh database and cache. Returns how many figures were out of bounds."""
        self.stdout.write(f"\n{kind}: {', '.join(parts)}")
        with tempfile.TemporaryDirectory(prefix="xf-bench-") as name:
            folder = Path(name)
            valkey = Valkey.for_var(folder)
            valkey.start()
            try:
                with scratch(kind, folder) as url:
                    return self.run_child(parts, {"DATABASE_URL": url, "VAR_DIR": name, **ENVIRONMENT})
            finally:
                valkey.stop()

    def run_child(self, parts: list[str], environment: dict[str, str]) -> int:
        words = [sys.executable, "manage.py", "bench", "--inside", *parts]
        inherited = {**os.environ, "REDIS_URL": "", **environment}
        with subprocess.Popen(words, env=inherited, stdout=subprocess.PIPE, text=True) as child:
            failed = sum(self.show(line) for line in child.stdout or ())
        return failed + (child.returncode != 0)

    def show(self, line: str) -> int:
        if not line.startswith("{"):
            return 0
        figure = json.loads(line)
        bound = "" if figure["bound"] is None else f"{'≥' if figure['at_least'] else '≤'} {figure['bound']:g}"
        verdict = "" if figure["ok"] else "  OUT OF BOUNDS"
        self.stdout.write(
            f"  {figure['name']:<48}{figure['value']:>12,.2f} {figure['unit']:<6}{bound}{verdict}"
        )
        self.stdout.flush()
        return 0 if figure["ok"] else 1


def chosen(kind: str, parts: list[str]) -> Iterator[list[str]]:
    """The plans that hold a wanted part, each with the first part that fills its database."""
    for plan in PLANS:
        if not parts or set(parts) & set(plan):
            wanted = [part for part in plan if not parts or part in parts or part == plan[0]]
            yield [part for part in wanted if kind == "postgres" or part not in POSTGRES_ONLY]


@contextmanager
def scratch(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database that is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    import psycopg

    from xianfeng.testing.servers import postgres

    with postgres() as server:
        name = f"xf_bench_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield urlsplit(server)._replace(path=f"/{name}").geturl()
            finally:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
