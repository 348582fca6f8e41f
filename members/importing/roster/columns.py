"""The columns of a roster and the names people give them."""

import re
import unicodedata

from members.cleaning import without_spaces
from xianfeng.lib.spreadsheet.reading import Cell

NAME, MOBILE, UNIT = "姓名", "手机号", "单位"
POSITION, LEADER = "职务", "是否领导干部"
COMMUNITY, ESTATE = "居住社区", "居住小区"
SKILLS, INTENTIONS, NOTE = "特长", "服务意向", "备注"

REQUIRED = (NAME, MOBILE, UNIT)
COLUMNS = (NAME, MOBILE, UNIT, POSITION, LEADER, COMMUNITY, ESTATE, SKILLS, INTENTIONS, NOTE)

SYNONYMS: dict[str, str] = {
    **{column: column for column in COLUMNS},
    "党员姓名": NAME,
    **dict.fromkeys(("联系电话", "电话", "手机", "手机号码", "联系方式"), MOBILE),
    **dict.fromkeys(("工作单位", "所在单位"), UNIT),
    "领导干部": LEADER,
    **dict.fromkeys(("报到社区", "社区"), COMMUNITY),
    **dict.fromkeys(("所在小区", "小区"), ESTATE),
}

HEADER_LIMIT = 60  # a longer text is a title or a note, and costly to search

# "手机号(必填)", "*姓名", "单位:" are still the column.
ORNAMENT = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|[*:#]")
SIGNATURE = re.compile(
    r".*:.*|(?:填表|填报|制表|审核|审批|负责|经办|联系|复核|签发|签字|签名|盖章|合计|总计|小计|共计|说明|注[0-9]?$).*"
)


def canonical(header: str) -> str | None:
    """The column a header cell means, or None for one that a roster does not have."""
    if len(header) > HEADER_LIMIT:
        return None
    plain = unicodedata.normalize("NFKC", without_spaces(header))
    return SYNONYMS.get(plain) or SYNONYMS.get(ORNAMENT.sub("", plain))


def is_no_row(cells: dict[str, Cell]) -> bool:
    """Blank rows, signature blocks and headers repeated on every printed page are no rows."""
    name, mobile = (without_spaces(str(cells[column] or "")) for column in (NAME, MOBILE))
    if not mobile:
        return not name or SIGNATURE.fullmatch(unicodedata.normalize("NFKC", name)) is not None
    return canonical(name) == NAME and canonical(mobile) == MOBILE
