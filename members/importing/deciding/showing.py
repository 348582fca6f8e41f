"""Cells of a file as a page may show them: short, and every mobile masked."""

import re

from members.cleaning import clean_mobile, clean_text
from members.people.privacy import mask_mobile

ANY_MOBILE = re.compile(r"(?<!\d)1[3-9][0-9]{9}(?!\d)")
CELL_LENGTH = 18  # characters; the table keeps one line a row


def masked(mobile: str) -> str:
    """A real number masked; what is none is shown as it stands, to be corrected."""
    clean = clean_mobile(mobile)
    return mask_mobile(clean) if clean else masked_within(mobile)


def masked_within(text: str) -> str:
    """Every mobile in a text masked, whatever stands beside it."""
    return ANY_MOBILE.sub(lambda found: mask_mobile(found[0]), text)


def short(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= CELL_LENGTH else f"{text[:CELL_LENGTH]}…"
