"""From what people type, or what stands in a cell, to what the roster stores.

Each function returns the cleaned value, or None where the text cannot mean anything.
"""

import datetime as dt
import re
import unicodedata

from members.models.people import SEPARATOR
from xianfeng.lib.mobile import is_mobile
from xianfeng.lib.spreadsheet.reading import Cell, undefused

# Characters that print nothing but are no white space: zero width, direction marks, soft hyphens,
# variation selectors, tags, blank letters and control characters.
INVISIBLE = (
    "\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
NOTHING = re.compile(f"[{INVISIBLE}]")
SPACES = re.compile(f"[\\s{INVISIBLE}]+")
GAP = re.compile(r"\s+")

# What people type for the dot in a name such as 买买提·艾力.
DOTS = str.maketrans(dict.fromkeys("‧•・･⋅∙᛫⸱·˙●ꞏ﹒", "·"))
HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
DOT_IN_NAME = re.compile(rf"\s*·\s*|(?<=[{HAN}])\s*\.\s*(?=[{HAN}])")
PADDING = re.compile(rf"(?<=[{HAN}])\s+|\s+(?=[{HAN}])")
PERSON = re.compile(r"[^\W\d_]+(?:[·' .-]{1,2}[^\W\d_]+)*\.?")

DASHES = re.compile("[-‐-―−﹣ー─]")
COUNTRY = re.compile(r"\(?(?:\+|00)?86\)?(?=1[0-9]{10}$)")
SCIENTIFIC = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)
TRUE = {"是", "√", "✓", "✔", "☑", "1", "y", "yes", "true"}
FALSE = {"", "否", "×", "✗", "✘", "☐", "0", "n", "no", "false"}
# 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305; without a day the first of the month is meant.
DAY_WRITTEN = re.compile(
    r"(?P<year>[12]\d{3})(?:[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?|月)?|(?P<month2>\d\d)(?P<day2>\d\d))"
    r"(?:T?00:00(?::00)?)?"
)
# What a spreadsheet stores for a day: days since the last but one of 1899; here 1950 to 2099.
SERIAL_ZERO, SERIALS = dt.date(1899, 12, 30), range(18_264, 73_051)
# What stands beside a name or a number in one cell.
LONGEST = 200  # characters that are worth a search
REMARK = re.compile(r"\([^()]{1,8}\)$")  # 张三(女), 李四(挂职)
BETWEEN = re.compile(r"[/、,;|()=\"]+|[和或]")
WITH_WORDS = re.compile(r"[^\d+]*(\+?[\d.-]+)[^\d]*")  # 手机:199…, 199…微信同号

# ID numbers of both generations, written with blanks or dashes as well.
ID_SHORTEST = 15  # characters; numbers of the first generation
SLACK = rf"[\s.\-{INVISIBLE}]{{0,2}}"
REGION = (r"[1-9]", *[r"\d"] * 5)
DAY = (rf"(?:0{SLACK}[1-9]|1{SLACK}[0-2])", rf"(?:0{SLACK}[1-9]|[12]{SLACK}\d|3{SLACK}[01])")
YEAR = (rf"(?:1{SLACK}[89]|2{SLACK}0)", r"\d", r"\d")
ID_LONG = (*REGION, *YEAR, *DAY, r"\d", r"\d", r"\d", r"[\dXx]")
ID_SHORT = (*REGION, r"\d", r"\d", *DAY, r"\d", r"\d", r"\d")
ID_NUMBER = re.compile(rf"{SLACK.join(ID_LONG)}|(?<!\d){SLACK.join(ID_SHORT)}(?!\d)")
HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
LIST_MARKS = re.compile(r"[、，,；;/|\s]+")


def as_text(cell: Cell) -> str:
    """A cell as a person reads it: whole numbers without the point, dates as 2026-03-05.

    The mark our own exports put before what looks like a formula goes again.
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date) else undefused(str(cell))


def without_spaces(text: str) -> str:
    return SPACES.sub("", text)


def clean_text(cell: Cell) -> str:
    """Free text: invisible characters go, runs of white space become one space."""
    return GAP.sub(" ", NOTHING.sub("", as_text(cell))).strip()


def clean_name(cell: Cell) -> str | None:
    """A person's name; empty if there is none. Spaces beside Chinese characters are padding."""
    text = NOTHING.sub("", as_text(cell)).translate(DOTS)
    text = unicodedata.normalize("NFKC", text).translate(DOTS)
    text = PADDING.sub("", DOT_IN_NAME.sub("·", GAP.sub(" ", text)).strip())
    if not text:
        return ""
    return text if len(text) > 1 and PERSON.fullmatch(text) else None


def clean_mobile(cell: Cell) -> str | None:
    """Eleven digits; empty if there are none. Text in scientific notation has lost digits and is refused."""
    text = unicodedata.normalize("NFKC", without_spaces(as_text(cell)))
    text = COUNTRY.sub("", DASHES.sub("", text).removeprefix("'"), count=1)
    text = re.sub(r"\.0+$", "", text)
    if not text:
        return ""
    return text if is_mobile(text) else None


def is_scientific(cell: Cell) -> bool:
    return isinstance(cell, str) and SCIENTIFIC.fullmatch(without_spaces(cell)) is not None


def clean_boolean(cell: Cell) -> bool | None:
    """Empty means no."""
    if isinstance(cell, bool):
        return cell
    text = without_spaces(unicodedata.normalize("NFKC", as_text(cell))).lower()
    return True if text in TRUE else False if text in FALSE else None


def clean_day(cell: Cell) -> dt.date | None:
    """A day in one of the ways people write it; None where there is none."""
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, int | float) and cell in SERIALS:
        return SERIAL_ZERO + dt.timedelta(days=int(cell))
    found = DAY_WRITTEN.fullmatch(unicodedata.normalize("NFKC", without_spaces(as_text(cell))))
    return day_of(**found.groupdict()) if found else None


def day_of(
    year: str, month: str | None, day: str | None, month2: str | None, day2: str | None
) -> dt.date | None:
    try:
        return dt.date(int(year), int(month or month2 or 0), int(day or day2 or 1))
    except ValueError:  # 2026-02-30
        return None


def clean_list(cell: Cell) -> str:
    """Words in one text, each between separators, so that a search finds whole words only."""
    words = [word for word in LIST_MARKS.split(clean_text(cell)) if word]
    return f"{SEPARATOR}{SEPARATOR.join(dict.fromkeys(words))}{SEPARATOR}" if words else ""


def organization_key(text: str) -> str:
    """Names of organisations are compared without spaces, width and case."""
    return unicodedata.normalize("NFKC", without_spaces(text)).casefold()


def plain(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", NOTHING.sub("", as_text(cell))).strip()


def tidy_name(cell: Cell) -> str | None:
    """The name before a remark in brackets; None where there is none."""
    text = plain(cell)
    rest = REMARK.sub("", text) if len(text) <= LONGEST else text
    return clean_name(rest) or None if rest != text else None


def tidy_mobile(cell: Cell) -> str | None:
    """The first mobile in a cell; None where there is none."""
    text = plain(cell)
    if len(text) > LONGEST or is_scientific(cell):
        return None
    parts = [without_spaces(part) for part in BETWEEN.split(text)]
    parts += [word for part in BETWEEN.split(text) for word in part.split()]
    return next(filter(None, map(mobile_in, parts)), None)


def mobile_in(part: str) -> str | None:
    found = WITH_WORDS.fullmatch(part)
    return clean_mobile(found[1].replace(".", "")) if found else None


def without_id_numbers(text: str, stand_in: str = "") -> str:
    """The text with every ID number replaced; the same text where there is none."""
    if len(text) < ID_SHORTEST:
        return text
    plain_digits = text.translate(HALF_WIDTH)
    rest = ID_NUMBER.sub(stand_in, plain_digits)
    return text if rest == plain_digits else rest.strip()


def in_full(cell: Cell) -> str:
    """As `as_text`, a long number with all its digits: 3.3E+17 may be an ID number."""
    return f"{cell:.0f}" if isinstance(cell, float) and abs(cell) >= 1e14 else as_text(cell)
