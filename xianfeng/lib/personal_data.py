"""Find what does not belong into a public text: telephone and ID numbers, accounts and home addresses.

A public text says what is needed, not who needs it (个人信息保护法 第六条: least data). Look-alikes count
too: full-width, circled and Chinese digits, l for 1 and o for 0, signs that nobody sees, and whatever is
put between digits. Places that everybody knows are none: 2号楼前广场, 人民路12号, a room of a public house.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

MOBILE, LANDLINE, ID_NUMBER, EMAIL, ADDRESS = "mobile", "landline", "id_number", "email", "address"
ACCOUNT, CARD = "account", "card"
LABELS = {
    MOBILE: _("手机号"),
    LANDLINE: _("电话号码"),
    ID_NUMBER: _("身份证号"),
    EMAIL: _("邮箱"),
    ACCOUNT: _("微信号或QQ号"),
    CARD: _("银行卡号"),
    ADDRESS: _("门牌号"),
}
# These are never public; an address may turn out to be a place that everybody knows.
FORBIDDEN = {MOBILE, LANDLINE, ID_NUMBER, EMAIL, ACCOUNT, CARD}

# --- How a text reads ---------------------------------------------------------------------------

# Not seen, or only the frame around a digit.
UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u20e3]")
READ_AS = str.maketrans(
    "零〇一幺二三四五六七八九壹贰叁肆伍陆柒捌玖﹣‐‑‒–—―−－＃\u3000",
    "0011" + "23456789" + "123456789" + "-" * 9 + "# ",
)
# Letters that stand for digits: beside one, and no part of a word.
LOOKALIKES = re.compile(r"(?<![A-Za-z])[lIoO]{1,6}(?![A-Za-z])")
LOOKS_LIKE = str.maketrans("lIoO", "1100")


@cache
def _read(sign: str) -> str:
    """One character as it reads; nothing for one that nobody sees."""
    if UNSEEN.match(sign):
        return ""
    digit = unicodedata.digit(sign, None)  # of whatever script, and in a circle or in brackets
    return unicodedata.normalize("NFKC", sign).translate(READ_AS) if digit is None else str(digit)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as it reads, and of which character of the original each of its own comes."""
    signs = [(plain, place) for place, sign in enumerate(text) for plain in _read(sign)]
    plain = "".join(sign for sign, _place in signs)
    return LOOKALIKES.sub(_as_digits, plain), [place for _sign, place in signs]


def _as_digits(found: re.Match[str]) -> str:
    beside = (
        found.string[max(found.start() - 1, 0) : found.start()] + found.string[found.end() : found.end() + 1]
    )
    is_beside_a_digit = any(sign.isdigit() for sign in beside)
    return found.group().translate(LOOKS_LIKE) if is_beside_a_digit else found.group()


def plain(text: str) -> str:
    """The text as it reads: common digits, signs and blanks, and nothing unseen."""
    return _plain(text)[0]


# --- What is looked for -------------------------------------------------------------------------

GAP = r"[\s.\-·•。、,，_*/~|+='()]{0,3}"
NUMBER = r"[\d十]{1,4}"
HOUSE = r"\s*(?:幢|栋|号楼|座|弄|#)\s*"
# A room, not how many there are of something.
COUNTED = "余多来人名位个户盏米平元份棵株级年本件套辆张把次块根只斤分时"
ROOM = rf"[1-9]\d{{2,3}}(?![\d.:]|\s*[{COUNTED}])"
NAMED_ROOM = r"[1-9]\d{1,3}\s*[室房]"
PATTERNS = (
    (ID_NUMBER, re.compile(rf"(?<!\d)[1-9](?:{GAP}\d){{16}}{GAP}[\dXx](?![\dA-Za-z])")),
    (ID_NUMBER, re.compile(r"(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")),
    (CARD, re.compile(rf"(?<!\d)62(?:{GAP}\d){{14,17}}(?!\d)")),
    (MOBILE, re.compile(rf"(?<!\d)(?<!\d[.-])1{GAP}[3-9](?:{GAP}\d){{9}}(?![.-]?\d)")),
    (LANDLINE, re.compile(r"(?<!\d)\(?0\d{2,3}\)?[\s-]{0,2}[2-8]\d{2,3}[\s-]?\d{4}(?!\d)")),
    (LANDLINE, re.compile(r"(?:电话|座机|致电|拨打|联系)[:：\s]*[2-8]\d{2,3}[\s-]?\d{4}(?!\d)")),
    (
        EMAIL,
        re.compile(r"[\w.+-]+\s?(?:@|[(\[]at[)\]]|艾特)\s?[\w-]+(?:\.[\w-]+)+", re.ASCII | re.IGNORECASE),
    ),
    (
        ACCOUNT,
        re.compile(
            r"(?:微信|威信|薇信|\bv信|\bwx|\bvx|\bwechat|\bweixin)(?:号码?|id)?"
            r"(?:\s*[::]\s*[a-z][\w-]{5,19}|(?:\s|是|为|加|号)*(?=[a-z_-]*[\d_])[a-z][\w-]{5,19})"
            r"|(?:加我?|\+)\s*v[\s:]*(?=[a-z_-]*[\d_])[a-z][\w-]{5,19}"
            r"|\bwxid_\w{6,20}"
            r"|(?:\bqq|扣扣|企鹅)\s*(?:号码?)?\s*[::]?\s*[1-9]\d{4,10}(?!\d)",
            re.ASCII | re.IGNORECASE,
        ),
    ),
    (
        ADDRESS,
        re.compile(
            rf"(?:{NUMBER}{HOUSE})?{NUMBER}\s*单元[\s-]*\d{{2,4}}(?:\s*[室号房户])?(?!\d)"
            rf"|{NUMBER}{HOUSE}{NUMBER}\s*单元"
            rf"|{NUMBER}{HOUSE}[\s-]*(?:{NAMED_ROOM}|{ROOM})"
            rf"|\d{{1,4}}\s*弄\s*\d{{1,3}}\s*号"
            rf"|\d{{1,4}}\s*号\s*{NAMED_ROOM}"
            r"|(?<![\d.-])\d{1,3}\s*(?:幢|栋|号楼|座)?-\d{1,2}-(?!20[0-4]\d|19\d\d)[1-9]\d{2,3}(?![\d-])\s*室?"
            r"|(?<!\d)[1-9]\d{2,3}\s*室"
        ),
    ),
)
# A room in such a house is where people are asked to come.
PUBLIC_HOUSE = re.compile(
    r"(?:中心|大厅|大楼|大厦|学校|小学|中学|学院|医院|卫生院|礼堂|机关|政务|办公楼?|会议|文化|图书|书房|客厅|服务站|村委|居委|局|委|馆)"
    r"[^,，。;；!！?？\n]{0,6}$"
)
MOST_GROUPS = 6  # of digits in a number that somebody took apart; dates and times make more


@dataclass(frozen=True)
class Finding:
    """One place in a text; positions count characters."""

    kind: str
    start: int
    end: int
    text: str

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])


def find(text: str) -> list[Finding]:
    """Every place that looks like personal data, in the order of the text, none overlapping."""
    found: list[Finding] = []
    for each in sorted(_matches(text), key=lambda finding: (finding.start, -finding.end)):
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def _matches(text: str) -> Iterator[Finding]:
    plain, places = _plain(text)
    taken: list[tuple[int, int]] = []
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(start < last and end > first for first, last in taken) or _is_harmless(kind, match):
                continue
            taken.append((start, end))
            first, last = places[start], places[end - 1] + 1
            yield Finding(kind, first, last, text[first:last].strip())


def _is_harmless(kind: str, match: re.Match[str]) -> bool:
    """A list of numbers, dates and times in place of one number; a room where everybody may go."""
    if kind == ADDRESS:
        return PUBLIC_HOUSE.search(match.string, 0, match.start()) is not None
    if kind not in {MOBILE, ID_NUMBER, CARD}:
        return False
    groups = re.findall(r"\d+", match.group())
    return len(groups) > MOST_GROUPS and any(len(group) > 1 for group in groups)


# --- Taking it out ------------------------------------------------------------------------------

CLAUSE = re.compile(r"([，,。；;！!？?\n]+)")
# Words that only led to what was taken out.
LEAD = re.compile(
    r"(?:请|我的|我家|联系|拨打|打|发到|家住|住在|住|手机|电话|号码|身份证|地址|邮箱|微信|号|是|为|[：:\s])+$"
)
EMPTY_BRACKETS = re.compile(r"[（(][\s，,]*[）)]")
SHORTEST_CLAUSE = 3  # characters: "我", "谢谢" say nothing alone


def redact(text: str) -> str:
    """The text without those places; clauses that held nothing else go with them."""
    parts = CLAUSE.split(_cut(text))
    kept = ""
    for clause, separator in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if CUT not in clause:
            kept += clause + separator
        elif len(rest := _without_leads(clause)) >= SHORTEST_CLAUSE:
            kept += rest + separator
    return kept.strip("，,；; \n")


CUT = "\x00"


def _cut(text: str) -> str:
    for finding in reversed(find(text)):
        text = text[: finding.start] + CUT + text[finding.end :]
    return text


def _without_leads(clause: str) -> str:
    pieces = [LEAD.sub("", piece) for piece in clause.split(CUT)[:-1]]
    return EMPTY_BRACKETS.sub("", "".join([*pieces, clause.split(CUT)[-1]])).strip()
