"""The rows an import refused, as a workbook to correct and upload again."""

import io
from collections.abc import Iterable

import xlsxwriter
from django.utils.translation import gettext as _

from members.importing.batches import columns_of
from members.importing.column import headers_of
from members.models import ImportBatch, ImportRow
from xianfeng.lib.palette import COLOURS
from xianfeng.lib.spreadsheet.reading import defused

REASON_WIDTH = 60


def rejected_workbook(batch: ImportBatch) -> bytes:
    """The columns of the import as they were sent, with the reason and the old row number behind them.

    A second upload ignores the two extra columns. Nothing in it is a formula or a link.
    """
    rows = list(
        batch.rows.filter(outcome=ImportRow.Outcome.REJECTED).order_by("pk").values("row", "values", "errors")
    )
    known = columns_of(batch)
    columns = [column for column in known if any(column.header in row["values"] for row in rows)] or known
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "constant_memory": True}) as book:
        sheet = book.add_worksheet(_("有错误的行"))
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": COLOURS["paper-2"]})
        text = book.add_format({"num_format": "@"})
        wrong = book.add_format({"font_color": COLOURS["red"], "text_wrap": True, "valign": "top"})
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width, text)
        sheet.set_column(len(columns), len(columns), REASON_WIDTH)
        sheet.freeze_panes(1, 0)
        write_row(sheet, 0, [*headers_of(columns), _("错误原因"), _("原表行号")], [head] * (len(columns) + 2))
        for line, row in enumerate(rows, start=1):
            cells = [defused(row["values"].get(column.header, "")) for column in columns]
            reason = "\n".join(f"{error['column']}：{error['message']}" for error in row["errors"])
            write_row(sheet, line, [*cells, reason, str(row["row"])], [*[text] * len(columns), wrong, text])
    return buffer.getvalue()


def write_row(
    sheet: xlsxwriter.worksheet.Worksheet,
    line: int,
    cells: Iterable[str],
    formats: Iterable[xlsxwriter.format.Format],
) -> None:
    for at, (cell, style) in enumerate(zip(cells, formats, strict=True)):
        sheet.write_string(line, at, cell, style)
