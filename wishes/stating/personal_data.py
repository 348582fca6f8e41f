"""Find what does not belong into a public text: telephone and ID numbers, e-mail and home addresses.

A public wish says what is needed, not who needs it (个人信息保护法 第六条: least data). Look-alikes count
too: full-width digits, digits in Chinese characters, blanks and dashes between them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

MOBILE, LANDLINE, ID_NUMBER, EMAIL, ADDRESS = "mobile", "landline", "id_number", "email", "address"
LABELS = {
    MOBILE: _("手机号"),
    LANDLINE: _("电话号码"),
    ID_NUMBER: _("身份证号"),
    EMAIL: _("邮箱"),
    ADDRESS: _("门牌号"),
}
# These are never public; an address may turn out to be a place that everybody knows.
FORBIDDEN = {MOBILE, LANDLINE, ID_NUMBER, EMAIL}

# One character for one character, so that positions in the plain text are those in the original.
PLAIN = str.maketrans(
    "０１２３４５６７８９零〇一幺二三四五六七八九－—–＃＠．Ｘｘ　", "012345678900112345" + "6789---#@.Xx "
)
GAP = r"[\s.-]{0,2}"
PATTERNS = (
    (ID_NUMBER, re.compile(rf"(?<!\d)[1-9](?:{GAP}\d){{16}}{GAP}[\dXx](?![\dA-Za-z])")),
    (MOBILE, re.compile(rf"(?<!\d)1{GAP}[3-9](?:{GAP}\d){{9}}(?!\d)")),
    (LANDLINE, re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")),
    (EMAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    (
        ADDRESS,
        re.compile(
            r"(?:\d{1,3}\s*(?:幢|栋|号楼|座|弄|#)\s*)?\d{1,2}\s*单元\s*\d{2,4}(?:\s*[室号房户])?"
            r"|\d{1,3}\s*(?:幢|栋|号楼|座|弄|#)\s*\d{2,4}\s*[室号房户]?"
            r"|(?<!\d)\d{1,3}\s*(?:幢|栋|号楼|座)?-\d{1,2}-\d{2,4}(?!\d)\s*室?"
            r"|(?<!\d)\d{3,4}\s*室"
        ),
    ),
)


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
    plain = text.translate(PLAIN)
    taken: list[tuple[int, int]] = []
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(start < last and end > first for first, last in taken):
                continue
            taken.append((start, end))
            yield Finding(kind, start, end, text[start:end].strip())


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
