"""The columns of a roster: the one table from which reading, checking, writing and showing them derive.

Another optional text column is one more entry here, a field of the same length in Member, and its
migration; see CONTRIBUTING.
"""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from members.cleaning import (
    clean_boolean,
    clean_day,
    clean_list,
    clean_mobile,
    clean_name,
    clean_text,
    without_spaces,
)
from members.importing.column import Column, Content, fields_of, headers_of, recognizer
from xianfeng.lib.spreadsheet.reading import Cell

NAME, MOBILE, UNIT = "姓名", "手机号", "单位"
POSITION, LEADER = "职务", "是否领导干部"
COMMUNITY, ESTATE = "居住社区", "居住小区"
SKILLS, INTENTIONS = "特长", "服务意向"
ENTRY, NOTE = "入册日期", "备注"

# In the order of our own files; differences are shown in it too.
COLUMNS = (
    Column(
        NAME, "name", _("姓名"), clean_name,
        content=Content.KEY, required=True, synonyms=("党员姓名",),
        cell=1, searched=True, example="王示例", width=12,
    ),
    Column(
        MOBILE, "mobile", _("手机号"), clean_mobile,
        content=Content.KEY, required=True, synonyms=("联系电话", "电话", "手机", "手机号码", "联系方式"),
        cell=2, example="13800000000", width=16,
    ),
    Column(
        UNIT, "unit_id", _("单位"), clean_text,
        content=Content.PLACE, required=True, synonyms=(
            "工作单位", "所在单位", "单位名称", "工作单位及职务", "工作单位和职务", "单位及职务", "单位职务",
        ),
        cell=3, searched=True, example="市教育局", width=24,
    ),
    Column(POSITION, "position", _("职务"), clean_text, cell=4, example="科员"),
    Column(
        LEADER, "is_leader", _("领导干部"), clean_boolean,
        content=Content.ANSWER, synonyms=("领导干部",), example="否",
    ),
    Column(
        COMMUNITY, "community_id", _("社区"), clean_text,
        content=Content.PLACE, own_statement=True, synonyms=("报到社区", "社区", "所属社区"),
        cell=5, example="青锋社区", width=16,
    ),
    Column(
        ESTATE, "estate_id", _("小区"), clean_text,
        content=Content.PLACE, own_statement=True, synonyms=("所在小区", "小区"),
        cell=5, example="青锋花苑", width=16,
    ),
    Column(SKILLS, "skills", _("特长"), clean_list, own_statement=True, example="理发、财务"),
    Column(INTENTIONS, "intentions", _("服务意向"), clean_list, own_statement=True, example="红管家"),
    Column(
        ENTRY, "joined_on", _("入册日期"), clean_day,
        content=Content.DAY, synonyms=("入册时间", "列入名册日期", "进入名册日期", "转入日期", "转入时间"),
        example="2026-01-01", width=16,
    ),
    Column(NOTE, "note", _("备注"), clean_text, example="填写时请删除本行"),
)  # fmt: skip

COLUMN = {column.header: column for column in COLUMNS}
HEADERS = headers_of(COLUMNS)
REQUIRED = headers_of(column for column in COLUMNS if column.required)
ANSWERS = tuple(column for column in COLUMNS if column.content is Content.ANSWER)
DAYS = tuple(column for column in COLUMNS if column.content is Content.DAY)
TEXTS = tuple(column for column in COLUMNS if column.content is Content.TEXT)

# The mobile finds the member; everything else may differ from the roster.
COMPARED = fields_of(column for column in COLUMNS if column.header != MOBILE)
PLACES = fields_of(column for column in COLUMNS if column.content is Content.PLACE)
# Members who have registered stated these themselves; a roster that differs is for the
# reconciliation lists (三清), not for overwriting.
OWN_STATEMENTS = fields_of(column for column in COLUMNS if column.own_statement)

# "手机号(必填)", "*姓名", "单位:" are still the column.
canonical = recognizer(COLUMNS, re.compile(r"\(.*?\)|\[.*?\]|【.*?】|[*:#]"))

# The unit with the position behind it, in one column.
COMBINED = re.compile(r"单位.{0,2}职务")
TOTAL = re.compile(r"(?:合|总|小|共)计.{0,20}")

SIGNATURE = re.compile(
    r".*:.*|(?:填表|填报|制表|审核|审批|负责|经办|联系|复核|签发|签字|签名|盖章|合计|总计|小计|共计|说明|注[0-9]?$).*"
)


def is_combined(header: Cell) -> bool:
    """Whether the unit's column holds the position as well."""
    return isinstance(header, str) and COMBINED.search(header) is not None


def is_total(row: list[Cell]) -> bool:
    """合计, 小计 in the first cell of a row that says anything."""
    first = next((text for cell in row if (text := clean_text(cell))), "")
    return TOTAL.fullmatch(unicodedata.normalize("NFKC", without_spaces(first))) is not None


def is_no_row(cells: dict[str, Cell]) -> bool:
    """Blank rows, signature blocks and headers repeated on every printed page are no rows."""
    name, mobile = (without_spaces(str(cells[column] or "")) for column in (NAME, MOBILE))
    if not mobile:
        return not name or SIGNATURE.fullmatch(unicodedata.normalize("NFKC", name)) is not None
    return canonical(name) == NAME and canonical(mobile) == MOBILE
