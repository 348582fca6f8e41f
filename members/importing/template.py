"""An empty roster to fill in: the columns an import reads, with one example."""

import io

import xlsxwriter
from django.utils.translation import gettext as _

from members.importing.roster.columns import COLUMNS
from xianfeng.lib.palette import COLOURS


def roster_template() -> bytes:
    """The mobile's column is text, so that no program shortens the number."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_("名册"))
        text = book.add_format({"num_format": "@"})
        heading = {"bold": True, "bg_color": COLOURS["paper-2"], "bottom": 1}
        head, required = book.add_format(heading), book.add_format({**heading, "font_color": COLOURS["red"]})
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(COLUMNS):
            sheet.set_column(at, at, column.width, text)
            sheet.write_string(0, at, column.header, required if column.required else head)
            sheet.write_string(1, at, column.example, text)
    return buffer.getvalue()
