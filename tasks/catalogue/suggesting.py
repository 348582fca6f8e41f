"""Which item of the catalogue a wish is about, by the words that residents use for it."""

import re

from flags.models import Category
from tasks.models import ServiceItem

SEPARATOR = re.compile(r"[、，,；;\s]+")


def suggested(text: str) -> ServiceItem | None:
    """The item most of whose words stand in the text; None where no word does. One query."""
    items = ServiceItem.objects.active()
    best = max(items, key=lambda item: (score(item, text), item.category == Category.WISH), default=None)
    return best if best and score(best, text) else None


def score(item: ServiceItem, text: str) -> int:
    """Characters of the text that the item's words name: a longer word says more."""
    return sum(len(word) for word in SEPARATOR.split(item.words) if word and word in text)
