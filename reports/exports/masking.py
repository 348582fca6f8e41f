"""What may stand in a cell: nothing to reach a person by, and nothing that a program would run."""

import re
from functools import lru_cache

from members.people import privacy
from wishes.stating import personal_data
from xianfeng.lib.spreadsheet.reading import defused

# Any run of digits that holds a mobile, with a country code or whatever else before it.
HIDDEN_MOBILE = re.compile(r"\d*1[3-9]\d{9}\d*", re.ASCII)


def without_contacts(text: str) -> str:
    """A text that somebody wrote, with numbers, e-mail and home addresses in it masked.

    A name, a note or a title may hold a number just as the column for it does.
    """
    for finding in reversed(personal_data.find(text)):
        text = text[: finding.start] + masked(finding) + text[finding.end :]
    return HIDDEN_MOBILE.sub(lambda found: starred(found.group()), text)


def masked(finding: personal_data.Finding) -> str:
    if finding.kind != personal_data.MOBILE:
        return "***"
    return privacy.mask("mobile", "".join(re.findall(r"\d", finding.text.translate(personal_data.PLAIN))))


def starred(digits: str) -> str:
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


@lru_cache(maxsize=20_000)
def safe(text: str) -> str:
    """A cell's text. The same units, communities and titles come again and again, hence the memory."""
    return defused(without_contacts(text))
