"""`manage.py retain [--dry-run]`: what is over its term goes now instead of tonight."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reports.models import RetentionRun
from reports.retention import running
from xianfeng.lib.database.retention import terms


class Command(BaseCommand):
    help = "Lets go of personal data that is over its term. Exit code 0: done; 1: a line failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many would go")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.preview()
        else:
            self.carry_out()

    def preview(self) -> None:
        lines = running.standing(timezone.now())
        for line in lines:
            self.stdout.write(f"{line.term.name}: {line.due} of {line.held} ({line.term.label})")
        self.stdout.write(f"total: {sum(line.due for line in lines)}; nothing was changed")

    def carry_out(self) -> None:
        done = running.run(RetentionRun.Source.COMMAND)
        for term in terms():
            failure = done.failures.get(term.name, "")
            self.stdout.write(f"{term.name}: {failure or done.counts[term.name]} ({term.label})")
        self.stdout.write(f"total: {done.total}")
        if done.failures:
            raise SystemExit(1)
