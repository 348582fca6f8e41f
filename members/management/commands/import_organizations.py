"""Import the organisation tree from a spreadsheet."""

from members.import_command import ImportCommand
from members.import_plan import Plan
from members.organization_import import apply_organizations, plan_organizations


class Command(ImportCommand):
    help = "Import organisations (csv, xlsx, xls) with the columns code, parent, kind, name."

    def plan(self, file: str, **options: object) -> Plan:
        return plan_organizations(file)

    def apply(self, plan: Plan) -> None:
        apply_organizations(plan, by=None)
