"""What the tests of exports share: asking for a list as a desk does, and reading the file that comes."""

import csv
import io
from typing import Any

from django.core.files.storage import default_storage
from django.http import QueryDict
from python_calamine import CalamineWorkbook

from members.access import StaffRequest
from members.models import User
from reports.exports import making
from reports.exports.making import Order
from reports.exports.resources import RESOURCES, ListResource
from reports.models import Export


def asking(user: User, query: str = "") -> StaffRequest:
    """A request as the list's page gets it; a fresh account reads today's appointments."""
    request = StaffRequest()
    request.user = User.objects.get(pk=user.pk)
    desk = request.user.desk
    assert desk
    request.desk, request.GET = desk, QueryDict(query)
    return request


def listing(user: User, name: str, query: str = "") -> ListResource:
    return RESOURCES[name](asking(user, query))


def ordered(
    user: User,
    name: str,
    query: str = "",
    *,
    columns: list[str] | None = None,
    format: str = "xlsx",
    key: str = "key",
) -> Export:
    """Order an export; without `columns` the ones that are ticked, `["*"]` for all that are offered."""
    resource = listing(user, name, query)
    offered = resource.offered(resource.asking.desk)
    if columns == ["*"]:
        columns = list(offered)
    wanted = columns or [key for key, column in offered.items() if column.ticked]
    return making.order(resource, Order(wanted, format, key), by=resource.asking.user)


def content(export: Export) -> bytes:
    with default_storage.open(str(export.file), "rb") as file:
        return bytes(file.read())


def table(export: Export) -> list[list[Any]]:
    """The header and the rows of a workbook, as a spreadsheet program shows them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(export)))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def csv_table(export: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(export).decode("utf-8-sig"))))


def column(export: Export, header: str) -> list[Any]:
    first, *rows = table(export)
    return [row[first.index(header)] for row in rows]
