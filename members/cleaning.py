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


def clean_list(cell: Cell) -> str:
    """Words in one text, each between separators, so that a search finds whole words only."""
    words = [word for word in LIST_MARKS.split(clean_text(cell)) if word]
    return f"{SEPARATOR}{SEPARATOR.join(dict.fromkeys(words))}{SEPARATOR}" if words else ""


def organization_key(text: str) -> str:
    """Names of organisations are compared without spaces, width and case."""
    return unicodedata.normalize("NFKC", without_spaces(text)).casefold()
