"""`manage.py balance [--month YYYY-MM] --json`: places against people, and the plan that follows."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tasks.balancing.figures import Figures, Month
from tasks.balancing.planning import Reckoning, reckon
from xianfeng.lib.refusal import Refusal


class Command(BaseCommand):
    help = (
        "Surplus and shortage of places by community in a month of this year, and who could be asked where. "
        'Writes nothing. Exit code 0: done; 2: refused (with --json as {"error": …}).'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", default="", help="YYYY-MM; this month where nothing is given")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = reckon(Month.of(options["month"]))
        except Refusal as refusal:
            self.refuse(refusal, as_json=options["json"])
        answer = answer_of(found)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines_of(answer)))

    def refuse(self, refusal: Refusal, *, as_json: bool) -> None:
        if as_json:
            answer = {"error": refusal.message, "code": refusal.code}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stderr.write(refusal.message)
        raise SystemExit(2)


def answer_of(found: Reckoning) -> dict[str, Any]:
    """Communities by code; a flow's reason is for people."""
    rows = {row.community.pk: row for row in found.balance.communities}
    return {
        "month": str(found.balance.month),
        "surplus": {row.community.code: row.spare for row in rows.values() if row.spare},
        "shortage": {row.community.code: row.lacking for row in rows.values() if row.lacking},
        "flows": [
            {"from": code_of(origin), "to": code_of(host), "places": flow.places, "reason": why}
            for origin, host, flow, why in found.flows()
        ],
        "city_tasks": {code_of(rows[pk]): places for pk, places in found.plan.pooled.items()},
        "unmet": {code_of(rows[pk]): places for pk, places in found.plan.unmet.items()},
        "cost": found.plan.cost,
    }


def code_of(row: Figures) -> str:
    return row.community.code


def lines_of(answer: dict[str, Any]) -> list[str]:
    plain = [f"{name}: {answer[name]}" for name in ("month", "surplus", "shortage", "city_tasks", "unmet")]
    flows = [f"{flow['from']} → {flow['to']}: {flow['places']}  {flow['reason']}" for flow in answer["flows"]]
    return [*plain, *flows]
