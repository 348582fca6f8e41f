"""Import the organisation tree from a spreadsheet."""

from members.importing.command import ImportCommand
from members.importing.organizations import apply_organizations, plan_organizations
from members.importing.plan import Plan


class Command(ImportCommand):
    help = "Import organisations (csv, xlsx, xls) with the columns code, parent, kind, name."

    def plan(self, file: str, **options: object) -> Plan:
        return plan_organizations(file)

    def apply(self, plan: Plan) -> None:
        apply_organizations(plan, by=None)
