"""Roster import against django-import-export tuned as well as it can be (11,000 rows, full validation)."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader
from python_calamine import CalamineWorkbook
from tablib import Dataset

from members.importing.roster.applying import apply_roster
from members.importing.roster.planning import plan_roster
from members.models import Member, Organization
from tools.bench import Figure, seconds
from tools.demo.city import DATA

ROSTER = DATA / "roster.xlsx"
QUERIES, RATIO, MEGABYTES = 450, 1.5, 300


class CachedOrganizationWidget(widgets.ForeignKeyWidget):
    """Looks each name up once."""

    def __init__(self, kind: str) -> None:
        super().__init__(Organization, "name")
        self.known = {org.name: org for org in Organization.objects.filter(kind=kind)}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Organization | None:
        return self.known[value] if value else None


class TunedResource(resources.ModelResource):
    """The floor: bulk writes, cached look-ups, no diffs, no uniqueness query a row."""

    mobile = fields.Field("mobile", "手机号")
    name = fields.Field("name", "姓名")
    position = fields.Field("position", "职务")
    note = fields.Field("note", "备注")
    skills = fields.Field("skills", "特长")
    intentions = fields.Field("intentions", "服务意向")
    is_leader = fields.Field("is_leader", "是否领导干部")

    class Meta:
        model = Member
        import_id_fields = ("mobile",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        batch_size = 1_000
        skip_unchanged = True
        report_skipped = False
        skip_html_diff = True
        clean_model_instances = True
        fields = ("mobile", "name", "position", "note", "skills", "intentions", "is_leader")

    def __init__(self) -> None:
        super().__init__()
        homes = {"unit": "单位", "community": "居住社区", "estate": "居住小区"}
        for name, column in homes.items():
            self.fields[name] = fields.Field(name, column, widget=CachedOrganizationWidget(name))

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["是否领导干部"] = row["是否领导干部"] == "是"

    def validate_instance(self, instance: Member, *args: Any, **kwargs: Any) -> None:
        instance.clean_fields(exclude=["unit", "community", "estate", "user", "batch"])


def read() -> Dataset:
    rows = CalamineWorkbook.from_path(str(ROSTER)).get_sheet_by_index(0).to_python()
    return Dataset(*rows[1:], headers=rows[0])


def undone(work: Callable[[], Any]) -> Callable[[], None]:
    """The work in a transaction that is rolled back, so that the next run finds the same database."""

    def run() -> None:
        with transaction.atomic():
            work()
            transaction.set_rollback(True)

    return run


def confirm() -> None:
    apply_roster(plan_roster(ROSTER), None)


def queries(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        undone(work)()
    return len(captured)


def command(*words: str) -> tuple[dict[str, Any], float]:
    """Run the import command as people do; its answer and its peak memory in MB."""
    code = (
        "import sys, resource; from django.core.management import execute_from_command_line as run\n"
        "run(sys.argv)\n"
        "who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
        "most = max(resource.getrusage(one).ru_maxrss for one in who)\n"
        "print(most / 1024)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, "import_roster", str(ROSTER), "--json", *words],
        check=True,
        capture_output=True,
        text=True,
    )
    summary, megabytes = answer.stdout.strip().splitlines()[-2:]
    return json.loads(summary), float(megabytes)


def measure() -> list[Figure]:
    """Needs a migrated, empty database; leaves the tree and the roster in it."""
    call_command("import_organizations", str(DATA / "organizations.csv"), verbosity=0)
    floor_preview = seconds(lambda: TunedResource().import_data(read(), dry_run=True, raise_errors=True))
    floor_confirm = seconds(undone(lambda: TunedResource().import_data(read(), raise_errors=True)))
    preview = seconds(lambda: plan_roster(ROSTER), runs=3)
    confirmed = seconds(undone(confirm), runs=3)
    counted = max(queries(lambda: plan_roster(ROSTER)), queries(confirm))
    first, megabytes = command()
    again, _megabytes = command()
    return [
        Figure("roster 11,000: preview ÷ tuned recipe", preview / floor_preview, "×", RATIO),
        Figure("roster 11,000: confirm ÷ tuned recipe", confirmed / floor_confirm, "×", RATIO),
        Figure("roster 11,000: preview", preview, "s"),
        Figure("roster 11,000: confirm", confirmed, "s"),
        Figure("roster 11,000: queries", counted, "", QUERIES),
        Figure("roster 11,000: peak memory", megabytes, "MB", MEGABYTES),
        Figure("roster 11,000: new at first", first["new"], "rows", 11_000, at_least=True),
        Figure("roster 11,000: unchanged at second", again["unchanged"], "rows", first["new"], at_least=True),
    ]
