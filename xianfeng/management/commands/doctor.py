"""`manage.py doctor`: what a city forgets, in Chinese, with the command that mends it."""

import json
import sys
from collections import Counter
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from xianfeng.operations.doctor import examine
from xianfeng.operations.doctor.findings import QUESTIONS, Finding, State

MARKS = {State.OK: "✓", State.WARN: "!", State.FAIL: "✗"}


class Command(BaseCommand):
    help = "Look at everything that a city forgets; exit code 1 when something fails."
    requires_system_checks = []  # what they refuse is what it is asked about

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine()
        failed = any(finding.state is State.FAIL for finding in found)
        if options["json"]:
            facts = {"ok": not failed, "findings": [finding.as_json() for finding in found]}
            self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=2))
        else:
            self.tell(found)
        self.stdout.flush()
        if failed:
            sys.exit(1)

    def tell(self, found: list[Finding]) -> None:
        for number, (area, findings) in enumerate(groupby(found, key=lambda finding: finding.area), 1):
            self.stdout.write(f"\n{number}. {QUESTIONS[area]}")
            for finding in findings:
                self.stdout.write(self.painted(finding))
        counts = Counter(finding.state for finding in found)
        shown = {"ok": counts[State.OK], "warn": counts[State.WARN], "fail": counts[State.FAIL]}
        self.stdout.write(_("\n正常 %(ok)d,留意 %(warn)d,要处理 %(fail)d") % shown)

    def painted(self, finding: Finding) -> str:
        paint = {State.OK: self.style.SUCCESS, State.WARN: self.style.WARNING, State.FAIL: self.style.ERROR}
        line = paint[finding.state](f"   {MARKS[finding.state]} {finding.text}")
        return f"{line}\n       → {finding.remedy}" if finding.remedy else line
