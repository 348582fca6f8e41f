"""What the three commands share: one JSON object or Chinese lines, and exit code 1 for what went wrong."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandParser

from xianfeng.operations.backups.faults import Fault


class Outcome(Protocol):
    @property
    def ok(self) -> bool: ...
    def answer(self) -> dict[str, Any]: ...
    def lines(self) -> list[str]: ...


class OutcomeCommand(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def report(self, work: Callable[[], Outcome], *, as_json: bool) -> None:
        """Do the work and say how it went. Raises SystemExit(1) where it did not go well."""
        try:
            outcome = work()
        except Fault as fault:
            self.refuse(fault, as_json=as_json)
            raise SystemExit(1) from fault
        if as_json:
            self.stdout.write(json.dumps(outcome.answer(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(outcome.lines()))
        if not outcome.ok:
            raise SystemExit(1)

    def refuse(self, fault: Fault, *, as_json: bool) -> None:
        if as_json:
            answer = {"ok": False, "error": fault.message, "code": fault.code}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stderr.write(fault.message)
