"""`manage.py assess YEAR [--official] --json`: the yearly check on the command line."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flags.assessment import assessing
from flags.models import AssessmentRun
from xianfeng.lib.refusal import Refusal


class Command(BaseCommand):
    help = 'Checks every member\'s year. Exit code 0: done; 2: refused (with --json as {"error": …}).'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--official", action="store_true", help="the official check of an ended year")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            run = (assessing.official if options["official"] else assessing.forecast)(options["year"])
        except Refusal as refusal:
            self.refuse(refusal, as_json=options["json"])
        self.report(run, time.perf_counter() - started, as_json=options["json"])

    def refuse(self, refusal: Refusal, *, as_json: bool) -> None:
        if as_json:
            answer = {"error": refusal.message, "code": refusal.code}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stderr.write(refusal.message)
        raise SystemExit(2)

    def report(self, run: AssessmentRun, seconds: float, *, as_json: bool) -> None:
        names = ("members", "qualified", "unqualified", "exempt")
        answer = {
            "year": run.year, "official": run.is_official, "state": run.state,
            **{name: run.counts[name] for name in names}, "run": run.pk,
            "ledger_seq": run.ledger_seq, "ledger_hash": run.ledger_hash, "seconds": round(seconds, 3),
        }  # fmt: skip
        if as_json:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in answer.items()))
