"""`manage.py verify_ledger --json`: is every line of the flag ledger as it was written?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flags import ledger


class Command(BaseCommand):
    help = "Reads the whole hash chain of the flag ledger. Exit code 0: it holds; 1: it is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        report = ledger.verify()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report)))
        else:
            outcome = "holds" if report.ok else f"is broken at line {report.first_bad}"
            self.stdout.write(f"{report.entries} lines; the chain {outcome}.")
        if not report.ok:
            raise SystemExit(1)
