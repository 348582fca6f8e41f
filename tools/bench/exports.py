"""Exports against the least a workbook of the same cells costs: a raw cursor and XlsxWriter, row by row.

The floor writes the values as the database gives them; ours asks the page's own filters, masks, words
and dates on top.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db import connection
from django.http import QueryDict

from members.access import StaffRequest
from members.models import Member, User
from reports.exports.resources import RESOURCES, ListResource
from reports.exports.writing import OPTIONS, Heading, write_workbook
from tools.bench import Figure
from tools.bench.assessing import interleaved

RATIO, MEGABYTES = 2.0, 300  # of memory, the database's own pages included
LARGEST = "ledger"


def listing(name: str) -> ListResource:
    """A list as the city's desk sees it, without a filter."""
    asking = StaffRequest()
    asking.user = User.objects.get(username="city")
    desk = asking.user.desk
    assert desk is not None
    asking.desk, asking.GET = desk, QueryDict()
    return RESOURCES[name](asking)


def ticked(wanted: ListResource) -> list[str]:
    return [name for name, column in wanted.offered(wanted.asking.desk).items() if column.ticked]


def ours(name: str) -> int:
    wanted = listing(name)
    chosen = ticked(wanted)
    headings = [Heading(name, wanted.fields[name].width) for name in chosen]
    with TemporaryFile() as file:
        return write_workbook(file, headings, wanted.records(chosen), [])


def raw_rows(name: str) -> Iterator[tuple[Any, ...]]:
    """The same query by a cursor alone: the values behind the same columns, in the same order."""
    wanted = listing(name)
    sources = [column.sources[0] for column in wanted.get_export_fields(ticked(wanted))]
    statement, parameters = wanted.get_queryset().values_list(*sources).query.sql_with_params()
    with closing(connection.cursor()) as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(2_000):
            yield from rows


def floor(name: str) -> None:
    with TemporaryFile() as file, xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(raw_rows(name), start=1):
            for at, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(line, at, value)
                else:
                    sheet.write_string(line, at, str(value or ""))


def megabytes(name: str) -> float:
    """Peak memory of a process of its own that makes one file, as a worker does."""
    code = (
        "import os, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'xianfeng.settings')\n"
        f"django.setup(); from tools.bench import exports; exports.ours({name!r}); print(exports.peak())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, check=True, capture_output=True, text=True
    )
    return float(answer.stdout.split()[-1])


def peak() -> float:
    """Of this process alone: what `getrusage` tells begins with the peak of the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def measure() -> list[Figure]:
    """Needs the model city at city scale."""
    lines = ours(LARGEST)
    taken, least, ratio = interleaved(lambda: ours(LARGEST), lambda: floor(LARGEST))
    members, _least, roster = interleaved(lambda: ours("members"), lambda: floor("members"))
    return [
        Figure("export of the ledger: rows", lines, ""),
        Figure("export of the ledger: time", taken, "s"),
        Figure("export of the ledger: raw floor", least, "s"),
        Figure("export of the ledger ÷ raw floor", ratio, "×", RATIO),
        Figure("export of the ledger: peak memory", megabytes(LARGEST), "MB", MEGABYTES),
        Figure("export of members: rows", Member.objects.on_roster().count(), ""),
        Figure("export of members: time", members, "s"),
        Figure("export of members ÷ raw floor", roster, "×", RATIO),
    ]
