"""An empty roster to fill in: the columns an import reads, with one example."""

import io

import xlsxwriter
from django.utils.translation import gettext as _

from members.importing.roster.columns import COLUMNS, REQUIRED

EXAMPLE = (
    "王示例", "13800000000", "市教育局", "科员", "否", "青锋社区", "青锋花苑", "理发、财务", "红管家",
    "填写时请删除本行",
)  # fmt: skip


def roster_template() -> bytes:
    """The mobile's column is text, so that no program shortens the number."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_("名册"))
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bg_color": "#F3F1EE", "bottom": 1})
        required = book.add_format(
            {"bold": True, "bg_color": "#F3F1EE", "bottom": 1, "font_color": "#C8161D"}
        )
        sheet.set_column(0, len(COLUMNS) - 1, 16, text)
        sheet.freeze_panes(1, 0)
        for at, (column, example) in enumerate(zip(COLUMNS, EXAMPLE, strict=True)):
            sheet.write_string(0, at, column, required if column in REQUIRED else head)
            sheet.write_string(1, at, example, text)
    return buffer.getvalue()
