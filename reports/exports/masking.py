"""What may stand in a cell: nothing to reach a person by, and nothing that a program would run."""

import re
from functools import lru_cache

from members.people import privacy
from xianfeng.lib import personal_data
from xianfeng.lib.spreadsheet.reading import defused

# Any run of digits that holds a mobile, with a country code or whatever else before it.
HIDDEN_MOBILE = re.compile(r"\d*1[3-9]\d{9}\d*", re.ASCII)

# As our own columns write it: a list has one in each row, and no two alike.
MASKED = re.compile(r"1\d{2}\*{4}\d{4}", re.ASCII)
# What any of them needs at least, however it is disguised; almost no cell has it, and looking closer takes
# forty times as long. A digit here is whatever may turn out to be one.
DIGIT = (
    r"\d\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793"
    "零〇一幺二三四五六七八九壹贰叁肆伍陆柒捌玖lIoO|"
)
SUSPECT = re.compile(
    rf"[@＠]|艾特|at[])）］]|微|[威薇vｖ]信|[wｗvｖ][xｘ]|[wｗ][eｅ][cｃiｉ]|[qｑ]{{2}}|扣扣|企鹅"
    rf"|(?:[{DIGIT}][^{DIGIT}]*){{7}}"
    rf"|^(?=.*[{DIGIT}十])(?=.*[幢栋号座弄#＃单室房\u2010-\u2015\u2212\ufe63－-])",
    re.IGNORECASE | re.DOTALL,
)


def without_contacts(text: str) -> str:
    """A text that somebody wrote, with numbers, e-mail and home addresses in it masked.

    A name, a note or a title may hold a number just as the column for it does.
    """
    if MASKED.fullmatch(text) or not SUSPECT.search(text):
        return text
    for finding in reversed(personal_data.find(text)):
        text = text[: finding.start] + masked(finding) + text[finding.end :]
    return HIDDEN_MOBILE.sub(lambda found: starred(found.group()), text)


def masked(finding: personal_data.Finding) -> str:
    if finding.kind != personal_data.MOBILE:
        return "***"
    return privacy.mask("mobile", "".join(re.findall(r"\d", personal_data.plain(finding.text))))


def starred(digits: str) -> str:
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


@lru_cache(maxsize=20_000)
def safe(text: str) -> str:
    """A cell's text. The same units, communities and titles come again and again, hence the memory."""
    return defused(without_contacts(text))
