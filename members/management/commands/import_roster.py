"""Import a roster of members from a spreadsheet."""

import datetime as dt
from argparse import ArgumentParser

from members.importing.command import ImportCommand
from members.importing.deciding.decisions import decided
from members.importing.plan import ADD, CHANGE, Plan
from members.importing.roster import apply_roster, plan_roster
from members.models import Organization
from xianfeng.lib.refusal import Refusal


class Command(ImportCommand):
    help = "Import a roster (xlsx, xls, csv). Rejected rows do not stop the good ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--organization", metavar="CODE", help="import on behalf of this organisation only"
        )
        parser.add_argument(
            "--new-numbers",
            choices=[CHANGE, ADD],
            help="rows of a known name and unit with another mobile: change the number, or add a person",
        )
        parser.add_argument(
            "--entry-day",
            type=dt.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="since when new people are on the roster, where the file does not say (today)",
        )

    def plan(
        self,
        file: str,
        organization: str | None = None,
        new_numbers: str | None = None,
        entry_day: dt.date | None = None,
        **options: object,
    ) -> Plan:
        return plan_roster(file, self.scope(organization), decisions=decided(new_numbers, entry_day))

    def scope(self, code: str | None) -> Organization | None:
        if code is None:
            return None
        found = Organization.objects.active().filter(code=code).first()
        if found is None:
            raise Refusal(f"没有编码为“{code}”的组织。请核对 --organization。")
        return found

    def apply(self, plan: Plan) -> None:
        apply_roster(plan, None)
