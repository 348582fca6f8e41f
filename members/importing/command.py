"""What the two import commands share: arguments, answer and exit codes."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from members.importing.plan import Plan
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.spreadsheet.reading import Unreadable

UNREADABLE = 2  # exit code


class ImportCommand(BaseCommand):
    """Exits 0 when the file was readable, whatever became of its rows, and 2 when it was not."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")

    def handle(self, file: str, dry_run: bool, as_json: bool, **options: Any) -> None:
        try:
            plan = self.run(file, dry_run, **options)
        except (Unreadable, Refusal) as error:
            self.print_failure(error.message, as_json)
            sys.exit(UNREADABLE)
        if as_json:
            self.stdout.write(json.dumps(plan.as_dict(), ensure_ascii=False))
        else:
            self.print_summary(plan)

    def run(self, file: str, dry_run: bool, **options: Any) -> Plan:
        if dry_run:
            return self.plan(file, **options)
        with transaction.atomic():
            plan = self.plan(file, **options)
            self.apply(plan)
        return plan

    def plan(self, file: str, **options: Any) -> Plan:
        raise NotImplementedError

    def apply(self, plan: Plan) -> None:
        raise NotImplementedError

    def print_failure(self, message: str, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": message}, ensure_ascii=False))
        else:
            self.stderr.write(message)

    def print_summary(self, plan: Plan) -> None:
        counts = plan.counts
        self.stdout.write(
            "新增 {new}，变更 {changed}，无变化 {unchanged}，有错误 {rejected}".format(**counts)
        )
        if plan.unknown_columns:
            self.stdout.write(f"未识别、已忽略的列：{'、'.join(plan.unknown_columns)}")
        for error in plan.errors():
            self.stdout.write(
                f"第 {error['row']} 行 {error['column']}（{error['value']}）：{error['message']}"
            )
